"""Names that callers use: kept as proposed, decided by planners, taken in when publishing."""

import json
from datetime import date

import pytest

from boundaries.aliasing import proposed, with_learnt_aliases
from boundaries.home import Home
from boundaries.lifecycle import publish
from boundaries.lookup import lookup_address
from boundaries.readside import ReadSide
from boundaries.store import AliasState, open_store
from geo.aliases import AliasKind
from geo.problem import InputError

SAID = "我姓王，大钟楼院3号楼漏水，电话13812345678"


@pytest.fixture
def town_name(store, mini_town):
    store.save_town(mini_town, actor="ann")
    return mini_town.name


def put(store, town, **values):
    given = {"alias": "大钟楼院", "compound": "滨河花园", "actor": "热线", **values}
    return store.propose_alias(town, **given)


def test_a_proposal_waits_for_a_planner(store, town_name):
    made = put(store, town_name, kind=AliasKind.COLLOQUIAL)
    assert (made.state, made.times, made.decided_by) == (AliasState.PROPOSED, 1, None)
    assert store.aliases() == store.aliases(town=town_name) == [made]
    assert store.aliases(state=AliasState.APPROVED) == store.aliases(town="elsewhere") == []


def test_a_second_proposal_is_counted_and_decides_nothing(store, town_name):
    made = put(store, town_name)
    store.decide_alias(made.id, AliasState.REJECTED, actor="ann")
    again = put(store, town_name)
    assert (again.id, again.times, again.state) == (made.id, 2, AliasState.REJECTED)
    assert put(store, town_name, township="东村镇").id != made.id


def test_what_a_planner_knows_of_it_is_kept(store, town_name):
    made = put(store, town_name)
    known = {"kind": AliasKind.OLD, "valid_until": date(2015, 7, 1)}
    decided = store.decide_alias(made.id, AliasState.APPROVED, actor="ann", **known)
    assert (decided.kind, decided.valid_from, decided.valid_until) == (
        AliasKind.OLD,
        None,
        date(2015, 7, 1),
    )
    assert (decided.state, decided.decided_by) == (AliasState.APPROVED, "ann")
    assert store.aliases() == [decided]
    trail = [(event.actor, event.action) for event in store.events(subject=made.id)]
    assert trail == [("ann", "alias.approved"), ("热线", "alias.proposed")]


def test_what_is_forgotten_is_nowhere(store, town_name):
    made = put(store, town_name, alias="张建国大钟楼院")
    store.decide_alias(made.id, AliasState.REJECTED, actor="ann")
    store.forget_alias(made.id, actor="ann")
    assert store.aliases() == []
    assert not any("张建国" in str(event) for event in store.events())
    with pytest.raises(InputError, match=made.id):
        store.forget_alias(made.id, actor="ann")


@pytest.fixture(scope="module")
def published(mini_demo, tmp_path_factory):
    """What is in force in a home of the small town, and an address in one of its compounds."""
    town, plan = mini_demo
    home = Home(tmp_path_factory.mktemp("published"))
    with open_store(home.store_url) as store:
        saved = store.save_import(town, plan, actor="ann")
        publish(store, home, saved.id, reasons={"*": "现状"}, actor="ann")
    return ReadSide(home).in_force(), meant_building(town)["text"]


@pytest.mark.parametrize(
    ("said", "alias"),
    [
        ("大钟楼院3号楼2单元501，13812345678", "大钟楼院"),
        ("王女士 大钟楼院3号楼", "大钟楼院"),
        ("大钟楼院(张三)3号楼", "大钟楼院"),
        ("邮电局家属院1号楼", "邮电局家属院"),
        ("老百货", "老百货"),
        ("我这里，老百货", None),
        ("找张三，大钟楼院3号楼", None),
        ("张三", None),
        ("王小明家3号楼", None),
        ("李四家", None),
        ("暖气不热了", None),
        ("你们快点来人啊我这里着火了", None),
        ("大钟楼院[old]", "大钟楼院"),
    ],
)
def test_only_what_reads_as_the_name_of_a_place_is_learnt(published, said, alias):
    in_force, meant = published
    new = proposed(in_force, said, meant)
    assert (None if new is None else new.alias) == alias


def test_a_senseless_decision_is_refused(store, town_name):
    made = put(store, town_name)
    with pytest.raises(InputError, match="NONE"):
        store.decide_alias("NONE", AliasState.APPROVED, actor="ann")
    backwards = {"valid_from": date(2015, 7, 1), "valid_until": date(2015, 7, 1)}
    with pytest.raises(InputError, match="2015-07-01"):
        store.decide_alias(made.id, AliasState.APPROVED, actor="ann", **backwards)
    assert store.aliases() == [made]
    with pytest.raises(InputError, match="elsewhere"):
        put(store, "elsewhere")


def test_a_new_import_of_the_town_keeps_them(store, town_name):
    made = put(store, town_name)
    store.save_town(store.load_town(town_name), actor="ann")
    assert store.aliases() == [made]


def test_a_confirmed_choice_is_known_after_approval_and_the_next_publication(
    gpkg_url, mini_town, mini_plan, tmp_path
):
    """From the caller's words to the next caller's answer; nothing of a person is ever kept."""
    home = Home(tmp_path / "home")
    with open_store(gpkg_url) as store:
        saved = store.save_import(mini_town, mini_plan, actor="ann")
        publish(store, home, saved.id, reasons={"*": "现状"}, actor="ann")
        in_force = ReadSide(home).in_force()
        meant = meant_building(mini_town)
        new = proposed(in_force, SAID, meant["text"])
        assert (new.alias, new.compound) == ("大钟楼院", meant["compound"])
        made = put(store, new.town, alias=new.alias, compound=new.compound, township=new.township)
        next_plan = store.copy_plan(saved.id, "明年", actor="ann")
        kept = [*map(str, store.aliases()), *(json.dumps(e.as_dict()) for e in store.events())]
        assert not any("13812345678" in one or "漏水" in one or "姓王" in one for one in kept)
        store.decide_alias(made.id, AliasState.APPROVED, actor="bo", kind=AliasKind.COLLOQUIAL)
        assert "大钟楼院" not in register_of(home)
        publish(store, home, next_plan.id, reasons={"*": "现状"}, actor="ann")
        assert "大钟楼院[colloquial]" in register_of(home)
        assert "大钟楼院" not in str(store.load_town(mini_town.name).addresses["aliases"].tolist())
    text = f"大钟楼院{meant['building']}号楼"
    answer = lookup_address(ReadSide(home), text)
    assert answer.candidates[0]["compound"] == meant["compound"]
    assert proposed(ReadSide(home).in_force(), SAID, meant["text"]) is None


def meant_building(town):
    """An address in a compound whose name the register knows for certain."""
    register = town.addresses
    rows = register[register["compound"].notna() & register["building"].notna()]
    return rows.iloc[0]


def register_of(home):
    snapshot = ReadSide(home).in_force()[0].snapshot
    return ";".join(snapshot.register["aliases"].dropna())


def test_an_alias_whose_compound_has_left_the_register_is_told(mini_town):
    town, unplaced = with_learnt_aliases(mini_town, [])
    assert town is mini_town
    assert unplaced == ()


@pytest.mark.parametrize("compound", ["没有的小区", ""])
def test_an_alias_without_a_compound_is_left_out(store, town_name, mini_town, compound):
    made = put(store, town_name, compound=compound)
    town, unplaced = with_learnt_aliases(mini_town, [made])
    assert unplaced == (made,)
    assert town.addresses["aliases"].equals(mini_town.addresses["aliases"])
