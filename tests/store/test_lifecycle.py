"""Publishing: what is refused, what is written, what a reader then finds."""

import json
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely

from boundaries.accepting import accept
from boundaries.home import Home
from boundaries.lifecycle import NotPublishableError, communities_of, publish, reconcile
from boundaries.lookup import lookup_point
from boundaries.plan import PlanState
from boundaries.readside import ReadSide
from boundaries.scheme import default_scheme
from boundaries.snapshot import open_snapshot
from boundaries.store import StalePlanError, Store, open_store
from boundaries.zone import CHINA
from geo.datum import Datum
from geo.problem import InputError

LATER = datetime(2030, 1, 1, tzinfo=UTC)
ALL = {"*": "岚县旧城，暂按现状"}


@pytest.fixture(
    params=["gpkg", pytest.param("postgis", marks=[pytest.mark.postgis, pytest.mark.long])]
)
def store_url(request):
    """On PostGIS too, but only among the long tests: its story is told in its own folder."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def drafts(store, mini_town, mini_plan):
    """Two drafts of the town in the store."""
    first = store.save_import(mini_town, mini_plan.with_changes(name="first"), actor="ann")
    return first, store.save_plan(mini_plan.with_changes(name="second"), actor="ann")


def listed(home):
    return json.loads(home.published.read_text(encoding="utf-8"))["publications"]


def test_a_published_plan_is_what_readers_find(store, home, drafts):
    first, _ = drafts
    made = publish(store, home, first.id, reasons=ALL, actor="ann")
    (entry,) = listed(home)
    assert entry["plan"] == first.id
    assert entry["snapshot"] == made.snapshot
    assert entry["communities"] == list(communities_of(first, default_scheme()))
    assert len(open_snapshot(home.snapshots / made.snapshot).grids) == len(first.grids)
    (in_force,) = ReadSide(home).in_force()
    assert in_force.publication.plan_name == "first"
    assert store.load_plan(first.id).state is PlanState.PUBLISHED
    assert store.events(action="plan.published")[0].actor == "ann"


def test_it_holds_from_its_date_on_and_not_before(store, home, drafts):
    publish(store, home, drafts[0].id, effective_from=LATER, reasons=ALL, actor="ann")
    read_side = ReadSide(home)
    assert read_side.in_force() == ()
    assert len(read_side.in_force(LATER)) == 1


@pytest.mark.long
def test_the_plan_before_it_ends_where_it_begins(store, home, drafts):
    first, second = drafts
    publish(store, home, first.id, effective_from=LATER, reasons=ALL, actor="ann")
    change = LATER + timedelta(days=9)
    publish(store, home, second.id, effective_from=change, reasons=ALL, actor="ann")
    assert [(entry["plan"], entry["effective_to"]) for entry in listed(home)] == [
        (first.id, change.isoformat(timespec="milliseconds")),
        (second.id, None),
    ]


@pytest.mark.long
def test_what_was_announced_is_called_off_by_publishing_the_one_before_again(store, home, drafts):
    first, second = drafts
    publish(store, home, first.id, effective_from=LATER, reasons=ALL, actor="ann")
    change = LATER + timedelta(days=9)
    publish(store, home, second.id, effective_from=change, reasons=ALL, actor="ann")
    publish(store, home, first.id, effective_from=change, reasons=ALL, actor="ann")
    assert [entry["plan"] for entry in listed(home)] == [first.id, first.id]
    assert ReadSide(home).in_force(change)[0].publication.plan == first.id


@pytest.mark.long
def test_a_copy_of_a_published_plan_is_a_draft_that_may_be_changed(store, home, drafts):
    first, _ = drafts
    publish(store, home, first.id, reasons=ALL, actor="ann")
    copy = store.copy_plan(first.id, "明年", actor="bo")
    assert (copy.state, copy.effective_from) == (PlanState.DRAFT, None)
    assert store.content_hash(copy) == store.content_hash(first)
    changed = store.save_plan(copy.with_changes(contacts=copy.contacts.iloc[:1]), actor="bo")
    assert len(store.load_plan(changed.id).contacts) == 1
    assert len(store.load_plan(first.id).contacts) == len(first.contacts)


@pytest.mark.long
def test_publishing_tells_readers_what_a_killed_run_did_not(store, home, drafts):
    first, _ = drafts
    publish(store, home, first.id, reasons=ALL, actor="ann")
    home.published.unlink()
    with pytest.raises(InputError, match="published already"):
        publish(store, home, first.id, reasons=ALL, actor="ann")
    assert len(ReadSide(home).in_force()) == 1


def test_a_dry_run_refuses_the_same_and_writes_nothing(store, home, drafts):
    first, second = drafts
    would_be = publish(store, home, first.id, reasons=ALL, actor="ann", dry_run=True)
    assert (would_be.plan, would_be.id, would_be.snapshot) == (first.id, "", "")
    assert not home.folder.exists()
    assert store.load_plan(first.id).state is PlanState.DRAFT
    publish(store, home, first.id, effective_from=LATER, reasons=ALL, actor="ann")
    with pytest.raises(InputError, match="first"):
        publish(store, home, second.id, reasons=ALL, actor="ann", dry_run=True)


def test_an_error_finding_blocks_whatever_the_reasons(store, home, drafts):
    first, _ = drafts
    broken = first.grids.copy()
    broken.loc[1, "code"] = "x1"
    saved = store.save_plan(first.with_changes(grids=broken), actor="ann")
    with pytest.raises(NotPublishableError) as refused:
        publish(store, home, saved.id, reasons=ALL, actor="ann")
    assert refused.value.report.has_errors
    assert not home.published.exists()
    assert store.publications() == []


def test_a_warning_needs_its_reason_which_is_kept(store, home, drafts, mini_town):
    first, _ = drafts
    # Half the households gone: the ledger of the community (C09) no longer adds up.
    ledger = mini_town.communities.assign(households=mini_town.communities["households"] * 2)
    store.save_town(replace(mini_town, communities=ledger, revision=1), actor="ann")
    with pytest.raises(NotPublishableError) as refused:
        publish(store, home, first.id, actor="ann")
    needed = refused.value.report.reasons_needed()
    assert needed
    assert all(rule in str(refused.value) for rule in needed)
    with pytest.raises(NotPublishableError):
        publish(store, home, first.id, reasons=dict.fromkeys(needed, " "), actor="ann")
    reasons = {rule: f"because of {rule}" for rule in needed}
    made = publish(store, home, first.id, reasons={**reasons, "X99": "unasked"}, actor="ann")
    assert made.reasons == reasons
    assert listed(home)[0]["reasons"] == reasons


def test_a_gap_that_was_allowed_is_published_and_answered_for_honestly(store, home, drafts):
    first, _ = drafts
    gapped = store.save_plan(first.with_changes(grids=with_gap(first.grids)), actor="ann")
    with pytest.raises(NotPublishableError) as refused:
        publish(store, home, gapped.id, reasons=ALL, actor="ann")
    (gap,) = [one for one in refused.value.report.findings if one.rule == "C01"]
    pond = accept([gap], [gap.id], reason="水面", accepted_by="王主任", accepted_at=LATER)
    store.accept(gapped.id, gapped.revision, pond, actor="ann")
    made = publish(store, home, gapped.id, reasons=ALL, actor="ann")
    assert made.reasons[gap.id] == "水面"
    place = gap.geometry.representative_point()
    answer = lookup_point(ReadSide(home), place.x, place.y, datum=Datum.WGS84)
    assert [level.code is not None for level in answer.levels] == [True, True, False]


def with_gap(grids):
    """Draw one corner of a finest grid in by two metres."""
    shapes = grids.geometry.to_numpy().copy()
    row = int((grids["level"] == 3).to_numpy().argmax())
    xy = shapely.get_coordinates(shapes[row])
    inward = np.array(shapes[row].centroid.coords[0]) - xy[1]
    xy[1] = np.round(xy[1] + inward / np.linalg.norm(inward) * 2e-5, 7)
    shapes[row] = shapely.Polygon(xy)
    return grids.set_geometry(shapes, crs=grids.crs)


def test_yesterday_is_refused_unless_history_is_entered(store, home, drafts):
    first, _ = drafts
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with pytest.raises(InputError, match="past"):
        publish(store, home, first.id, effective_from=yesterday, reasons=ALL, actor="ann")
    made = publish(
        store, home, first.id, effective_from=yesterday, reasons=ALL, actor="ann", allow_past=True
    )
    assert made.holds_at(yesterday + timedelta(seconds=1))


def test_today_is_not_the_past(store, home, drafts):
    """A date given without an hour is that day's first instant, which has always gone by."""
    midnight = datetime.now(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    publish(store, home, drafts[0].id, effective_from=midnight, reasons=ALL, actor="ann")
    assert len(ReadSide(home).in_force()) == 1


@pytest.mark.parametrize("length", [timedelta(0), timedelta(days=-1)])
def test_a_period_must_run_forward(store, home, drafts, length):
    with pytest.raises(InputError, match="end at"):
        publish(
            store,
            home,
            drafts[0].id,
            effective_from=LATER,
            effective_to=LATER + length,
            actor="ann",
        )


def test_a_moment_without_a_zone_is_refused(store, home, drafts):
    naive = LATER.replace(tzinfo=None)
    with pytest.raises(InputError, match="time zone"):
        publish(store, home, drafts[0].id, effective_from=naive, actor="ann")


def test_a_town_imported_during_the_check_stops_it(store, home, drafts, mini_town, monkeypatch):
    """What was checked is no longer what would be published."""
    record = Store.record_publication

    def import_meanwhile(self, *arguments, **options):
        self.save_town(replace(mini_town, revision=1), actor="bo")
        return record(self, *arguments, **options)

    monkeypatch.setattr(Store, "record_publication", import_meanwhile)
    with pytest.raises(StalePlanError):
        publish(store, home, drafts[0].id, reasons=ALL, actor="ann")
    assert store.publications() == []


@pytest.mark.long
def test_the_same_plan_gives_the_same_snapshot(store, home, drafts):
    first, _ = drafts
    end = LATER + timedelta(days=1)
    one = publish(
        store, home, first.id, effective_from=LATER, effective_to=end, reasons=ALL, actor="ann"
    )
    two = publish(
        store, home, first.id, effective_from=end + timedelta(days=9), reasons=ALL, actor="ann"
    )
    assert one.snapshot == two.snapshot
    assert [entry["id"] for entry in listed(home)] == [one.id, two.id]


def test_a_lost_list_is_written_again_from_the_store(store, home, drafts):
    publish(store, home, drafts[0].id, reasons=ALL, actor="ann")
    before = home.published.read_bytes()
    home.published.unlink()
    assert reconcile(store, home)
    assert home.published.read_bytes() == before
    assert not reconcile(store, home)


def test_what_killed_runs_left_is_swept_away(store, home):
    half = home.folder / ".published.json-abc"
    old, fresh = home.snapshots / ".making-old", home.snapshots / ".making-new"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
    half.write_text("{")
    os.utime(old, (0, 0))
    reconcile(store, home)
    assert not half.exists()
    assert not old.exists()
    assert fresh.exists()


@pytest.mark.long
def test_a_reader_never_sees_a_list_half_written(store, home, drafts):
    publish(store, home, drafts[0].id, effective_from=LATER, reasons=ALL, actor="ann")
    done = threading.Event()
    seen = []

    def read():
        while not done.is_set():
            seen.append(len(listed(home)))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(30):
        _rewrite(store, home)
    done.set()
    reader.join()
    assert set(seen) == {1}


def _rewrite(store, home):
    """Make the list differ, whole, so that it is written again."""
    text = home.published.read_text(encoding="utf-8")
    temporary = home.folder / "other"
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(home.published)
    assert reconcile(store, home)


def test_two_plans_published_at_once_do_not_both_hold(store_url, store, home, drafts):
    outcomes = []

    def go(plan):
        with open_store(store_url) as mine:
            try:
                publish(mine, home, plan.id, effective_from=LATER, reasons=ALL, actor="ann")
                outcomes.append("published")
            except InputError:
                outcomes.append("refused")

    threads = [threading.Thread(target=go, args=(plan,)) for plan in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "published" in outcomes
    assert len(store.publications(LATER)) == 1
    assert len(ReadSide(home).in_force(LATER)) == 1
