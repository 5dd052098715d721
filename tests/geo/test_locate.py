"""The locator against rational arithmetic, GEOS and its own three ways to answer."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.locate import Locator, compiled, warm
from geo.locate import borders as borders_module
from geo.locate import buckets as buckets_module
from geo.locate import vertices as vertices_module
from geo.locate.borders import borders_of
from geo.locate.buckets import buckets_of
from geo.locate.query import labels_of
from geo.problem import InputError

FIXED = settings(deadline=None, max_examples=12)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    assert warm()


def cells(size: int, jitter: int, seed: int, spacing: int = 12) -> list[shapely.Polygon]:
    """Return jittered cells with a vertex on every side, all on whole numbers."""
    random = np.random.default_rng(seed)
    place = np.stack(np.meshgrid(*[np.arange(2 * size + 1) * spacing] * 2), axis=-1)
    place = place + random.integers(-jitter, jitter + 1, place.shape)
    around = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    return [
        shapely.Polygon([place[2 * i + di, 2 * j + dj] for di, dj in around])
        for i in range(size)
        for j in range(size)
    ]


@st.composite
def coverages(
    draw: st.DrawFn,
    steps: float = 1.0,
    places: tuple[tuple[int, int], ...] = ((0, 0), (-40, -17), (1_116_000_000, 382_000_000)),
) -> np.ndarray:
    """Cells joined at random into polygons with holes, islands and exclaves; some are left out."""
    size = draw(st.integers(1, 4))
    parts = cells(size, draw(st.sampled_from([0, 1, 3])), draw(st.integers(0, 2**32)))
    owner = [draw(st.integers(-1, size)) for _ in parts]
    owner[0] = 0
    joined = [
        shapely.coverage_union_all(
            [part for part, mine in zip(parts, owner, strict=True) if mine == face]
        )
        for face in sorted(set(owner) - {-1})
    ]
    shift = np.array(draw(st.sampled_from(places)))
    return shapely.transform(np.array(joined, dtype=object), lambda xy: (xy + shift) / steps)


def adversarial(polygons: np.ndarray, seed: int) -> np.ndarray:
    """Return points on vertices, on edges, one ulp beside them, and anywhere."""
    random = np.random.default_rng(seed)
    vertices = np.unique(shapely.get_coordinates(polygons), axis=0)
    rings = shapely.get_rings(shapely.get_parts(polygons))
    middles = np.concatenate(
        [(a[:-1] + a[1:]) / 2 for a in (shapely.get_coordinates(ring) for ring in rings)]
    )
    west, south, east, north = shapely.total_bounds(polygons)
    anywhere = random.uniform([west, south], [east, north], (60, 2))
    crossing = np.column_stack(
        [random.choice(vertices[:, 0], 30), random.choice(vertices[:, 1], 30)]
    )
    exact = np.concatenate([vertices, middles, crossing])
    beside = [
        np.nextafter(exact, exact + random.choice([-1.0, 0.0, 1.0], exact.shape)) for _ in range(2)
    ]
    return np.concatenate([exact, *beside, anywhere])


def moved_inside(polygon: shapely.Geometry, x: float, y: float) -> bool:
    """Return whether the point moved by (δ, ε) lies inside, by rational arithmetic."""
    inside = False
    for ring in shapely.get_rings(shapely.get_parts(polygon)):
        for (ax, ay), (bx, by) in pairwise(shapely.get_coordinates(ring).tolist()):
            if (ay > y) != (by > y):
                share = (Fraction(y) - Fraction(ay)) / (Fraction(by) - Fraction(ay))
                inside ^= Fraction(ax) + share * (Fraction(bx) - Fraction(ax)) <= Fraction(x)
    return inside


def touches(polygon: shapely.Geometry, x: float, y: float) -> bool:
    """Return whether the point lies exactly on the polygon's border."""
    px, py = Fraction(x), Fraction(y)
    for ring in shapely.get_rings(shapely.get_parts(polygon)):
        for (ax, ay), (bx, by) in pairwise(shapely.get_coordinates(ring).tolist()):
            turn = (Fraction(ax) - px) * (Fraction(by) - py) - (Fraction(ay) - py) * (
                Fraction(bx) - px
            )
            if turn == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
                return True
    return False


def owner(polygons: np.ndarray, x: float, y: float) -> int:
    """Return the polygon that the border rule gives a point to, in plain words of it."""
    holding = [i for i, polygon in enumerate(polygons) if moved_inside(polygon, x, y)]
    assert len(holding) <= 1
    if holding:
        return holding[0]
    return next((i for i, polygon in enumerate(polygons) if touches(polygon, x, y)), -1)


@FIXED
@given(coverages(), st.integers(0, 2**32))
def test_every_point_has_the_one_polygon_that_the_border_rule_gives(polygons, seed):
    points = adversarial(polygons, seed)
    found = labels_of(Locator.build(polygons, steps=1.0).coverage, *points.T.copy()) - 1
    assert found.tolist() == [owner(polygons, x, y) for x, y in points.tolist()]


@FIXED
@given(coverages(steps=1e7), st.integers(0, 2**32))
def test_kernel_numpy_and_single_points_give_the_same_answers(polygons, seed):
    locator = Locator.build(polygons)
    points = adversarial(polygons, seed)
    many = np.tile(points, (max(1, 600 // len(points) + 1), 1))
    x, y = many.T.copy()
    assert len(x) >= 512
    expected = labels_of(locator.coverage, x, y) - 1
    assert np.array_equal(locator.locate(x, y), expected)
    assert [locator.one(*point) for point in points.tolist()] == expected[: len(points)].tolist()


@FIXED
@given(coverages(steps=1e7, places=((1_116_000_000, 382_000_000),)), st.integers(0, 2**32))
def test_the_answer_is_an_incident_polygon_and_their_union_is_the_covered_ground(polygons, seed):
    locator = Locator.build(polygons)
    points = adversarial(polygons, seed)
    pairs = shapely.STRtree(polygons).query(shapely.points(points), predicate="intersects")
    incident = set(zip(*pairs.tolist(), strict=True))
    covered = {point for point, _ in incident}
    for point, index in enumerate(locator.locate(*points.T).tolist()):
        assert (point, index) in incident if point in covered else index == -1


@FIXED
@given(coverages(), st.sampled_from([0.5, 4.0, 40.0]), st.sampled_from([1, 100, 1 << 25]))
def test_compiled_and_plain_building_give_the_same_arrays(polygons, per_edge, band_squares):
    borders = borders_of(polygons, steps=1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(borders_module, "_WORTH_A_COMPILER", 0)
        patch.setattr(buckets_module, "_WORTH_A_COMPILER", 0)
        patch.setattr(buckets_module, "_BAND_SQUARES", band_squares)
        assert np.array_equal(borders_of(polygons, steps=1.0).records, borders.records)
        built = buckets_of(borders, per_edge=per_edge)
    plain = buckets_of(borders, per_edge=per_edge)
    assert np.array_equal(built.codes, plain.codes)
    assert np.array_equal(built.lists, plain.lists)


def test_polygons_read_in_parts_give_the_same_borders(monkeypatch):
    shapes = cells(6, 3, 5)
    shapes[3] = shapely.MultiPolygon([shapes[3], shapely.box(5000, 5000, 5100, 5100)])
    polygons = np.array(shapes, dtype=object)
    whole = borders_of(polygons, steps=1.0)
    monkeypatch.setattr(vertices_module, "_PART", 2)
    assert np.array_equal(borders_of(polygons, steps=1.0).records, whole.records)
    polygons[5] = shapely.transform(polygons[5], lambda xy: xy + 0.25)
    with pytest.raises(InputError) as refused:
        borders_of(polygons, steps=1.0)
    assert refused.value.problems[0].row == 6


def test_very_uneven_coverages_are_built_as_even_ones(monkeypatch):
    far = shapely.box(900_000_000, 900_000_000, 1_000_000_000, 1_000_000_000)
    polygons = [*cells(8, 3, 5), far]
    plain = borders_of(np.array(polygons, dtype=object), steps=1.0)
    monkeypatch.setattr(borders_module, "_WORTH_A_COMPILER", 0)
    given = []
    pair = compiled.builder().pair_segments
    monkeypatch.setattr(
        compiled.builder(), "pair_segments", lambda *all_: given.append(pair(*all_)) or given[-1]
    )
    crowded = borders_of(np.array(polygons, dtype=object), steps=1.0)
    assert given == [borders_module.CROWDED]
    assert np.array_equal(crowded.records, plain.records)


def test_moving_a_border_moves_only_the_points_between():
    before = cells(2, 0, 0, spacing=100)
    moved = [
        shapely.transform(
            each,
            lambda xy: np.where(
                (xy == [200.0, 100.0]).all(axis=1, keepdims=True), [237.0, 108.0], xy
            ),
        )
        for each in before
    ]
    between = shapely.Polygon([(200, 0), (237, 108), (200, 200), (200, 100)])
    x, y = np.random.default_rng(3).uniform(0, 400, (2, 20_000))
    changed = Locator.build(before, steps=1.0).locate(x, y) != Locator.build(
        moved, steps=1.0
    ).locate(x, y)
    inside = shapely.contains_xy(between, x, y)
    assert changed.any()
    assert np.array_equal(changed, inside)


def test_points_that_are_no_places_lie_outside():
    locator = Locator.build(cells(2, 0, 0), steps=1.0)
    x = np.array([np.nan, np.inf, -np.inf, 1e300, -1e300, 5.0, 5e-324])
    for size in (1, 200):
        found = locator.locate(np.tile(x, size), np.tile(x, size))
        assert found.reshape(size, -1).tolist() == [[-1, -1, -1, -1, -1, 0, 0]] * size
    assert [locator.one(value, value) for value in x.tolist()] == [-1, -1, -1, -1, -1, 0, 0]


def test_points_are_answered_in_their_own_shape():
    locator = Locator.build(cells(2, 0, 0), steps=1.0)
    assert locator.locate([[5.0, 30.0]], [[5.0]]).shape == (1, 2)
    assert locator.locate(5.0, 5.0).shape == ()


def test_two_threads_answer_as_one():
    locator = Locator.build(cells(6, 3, 1), steps=1.0)
    x, y = np.random.default_rng(0).uniform(-5, 150, (2, 600_000))
    assert np.array_equal(locator.locate(x, y, threads=2), locator.locate(x, y))


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("overlap", lambda p: [*p, shapely.box(3, 3, 9, 9)]),
        ("twice", lambda p: [*p, p[0]]),
        ("missing vertex", lambda p: [shapely.box(0, 0, 24, 24), *p[1:]]),
        ("crossing", lambda p: [*p[:-1], shapely.affinity.translate(p[-1], -5, -7)]),
        ("off the lattice", lambda p: [*p, shapely.box(100.5, 3, 109, 9)]),
        ("invalid", lambda p: [*p, shapely.Polygon([(90, 0), (99, 9), (99, 0), (90, 9)])]),
        ("empty", lambda p: [*p, shapely.Polygon()]),
    ],
)
@pytest.mark.parametrize("worth", [0, 10**9])
def test_what_is_no_coverage_is_refused(name, spoil, worth, monkeypatch):
    monkeypatch.setattr(borders_module, "_WORTH_A_COMPILER", worth)
    with pytest.raises(InputError):
        Locator.build(spoil(cells(2, 0, 0)), steps=1.0)


def test_gaps_and_islands_are_covered_exactly():
    polygons = [
        shapely.box(0, 0, 30, 30) - shapely.box(10, 10, 20, 20),
        shapely.box(12, 12, 15, 15),
    ]
    locator = Locator.build(polygons, steps=1.0)
    assert locator.locate([5, 11, 13, 40], [5, 11, 13, 5]).tolist() == [0, -1, 1, -1]
    assert locator.locate([30, 10, 12, 20, 15], [30, 10, 15, 20, 12]).tolist() == [0, 0, 1, 0, 1]


@pytest.mark.parametrize("layer", ["base", "code1", "code2"])
def test_magongs_addresses_lie_where_geos_finds_them(shared_data: Path, layer: str):
    folder = shared_data / "tw_penghu_magong"
    units = gpd.read_file(folder / "magong_nested.gpkg", layer=layer).geometry.to_numpy()
    units = shapely.transform(units, lambda xy: np.rint(xy * 1e7) / 1e7)
    x, y = pd.read_csv(folder / "magong_addresses.csv")[["lon", "lat"]].to_numpy().T.copy()
    expected = np.full(len(x), -1)
    point, unit = shapely.STRtree(units).query(shapely.points(x, y), predicate="intersects")
    expected[point] = unit
    locator = Locator.build(units)
    assert np.array_equal(locator.locate(x, y), expected)
    assert [locator.one(*each) for each in zip(x.tolist(), y.tolist(), strict=True)] == (
        expected.tolist()
    )


def test_enclaves_within_enclaves_and_parts_far_away_are_located_exactly():
    boxes = [shapely.box(k, k, 60 - k, 60 - k) for k in (0, 9, 17, 23, 28)]
    rings = [outer - inner for outer, inner in pairwise(boxes)] + boxes[-1:]
    island = shapely.box(70, 9, 75, 28)
    polygons = np.array(
        [shapely.union_all([rings[0], rings[2]]), rings[1], rings[3] | island, rings[4]],
        dtype=object,
    )
    locator = Locator.build(polygons, steps=1.0)
    points = adversarial(polygons, 0)
    expected = [owner(polygons, x, y) for x, y in points.tolist()]
    assert (labels_of(locator.coverage, *points.T.copy()) - 1).tolist() == expected
    assert [locator.one(*point) for point in points.tolist()] == expected


def test_a_saved_locator_is_mapped_and_answers_the_same(tmp_path: Path):
    built = Locator.build(cells(5, 3, 2), steps=1.0)
    built.save(tmp_path / "locator")
    opened = Locator.open(tmp_path / "locator")
    x, y = np.random.default_rng(0).uniform(-5, 130, (2, 5000))
    assert np.array_equal(opened.locate(x, y), built.locate(x, y))
    assert not opened.coverage.buckets.codes.flags.writeable
    assert not opened.coverage.buckets.codes.flags.owndata


@pytest.fixture(scope="module")
def town() -> tuple[np.ndarray, Locator, np.ndarray]:
    """Return polygons in degrees, their locator, and the same polygons in metres."""
    crs = pyproj.CRS.from_epsg(4546)
    polygons = shapely.transform(
        np.array(cells(6, 300, 5, spacing=2000), dtype=object),
        lambda xy: (xy + np.array([1_116_000_000, 382_000_000])) / 1e7,
    )
    forward = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    flat = shapely.transform(polygons, lambda xy: np.column_stack(forward.transform(*xy.T)))
    return polygons, Locator.build(polygons, crs=crs), flat


def test_distances_to_the_border_are_those_of_geos(town):
    polygons, locator, flat = town
    forward = pyproj.Transformer.from_crs("EPSG:4490", locator.crs, always_xy=True)
    west, south, east, north = shapely.total_bounds(polygons)
    x, y = np.random.default_rng(8).uniform([[west], [south]], [[east], [north]], (2, 500))
    own = locator.locate(x, y)
    x, y, own = x[own >= 0], y[own >= 0], own[own >= 0]
    distance, across = locator.border(x, y)
    points = shapely.points(*forward.transform(x, y))
    assert distance == pytest.approx(
        shapely.distance(shapely.boundary(flat[own]), points), abs=1e-9
    )
    inner = across >= 0
    assert shapely.distance(flat[across[inner]], points[inner]) == pytest.approx(
        distance[inner], abs=1e-6
    )


def test_compiled_and_plain_distances_agree_bit_by_bit(town, monkeypatch):
    polygons, locator, _ = town
    west, south, east, north = shapely.total_bounds(polygons)
    low, high = [[west - 0.001], [south - 0.001]], [[east + 0.001], [north + 0.001]]
    x, y = np.random.default_rng(9).uniform(low, high, (2, 3000))
    vertices = np.unique(shapely.get_coordinates(polygons), axis=0)
    x, y = np.concatenate([x, vertices[:, 0]]), np.concatenate([y, vertices[:, 1]])
    distance, across = locator.border(x, y)
    monkeypatch.setattr(compiled, "distance", lambda: None)
    plain_distance, plain_across = locator.border(x, y)
    assert np.array_equal(distance, plain_distance)
    assert np.array_equal(across, plain_across)


def test_shares_of_a_circle_are_those_of_geos(town):
    _, locator, flat = town
    forward = pyproj.Transformer.from_crs("EPSG:4490", locator.crs, always_xy=True)
    for x, y, radius in (
        (111.6006, 38.2007, 40.0),
        (111.6, 38.2, 100.0),
        (111.6012, 38.2012, 900.0),
    ):
        circle = shapely.Point(*forward.transform(x, y)).buffer(radius, quad_segs=32)
        areas = shapely.area(shapely.intersection(flat, circle)) / circle.area
        found = locator.shares(x, y, radius)
        assert sum(found.values()) == pytest.approx(1)
        assert found.get(-1, 0.0) == pytest.approx(1 - areas.sum(), abs=1e-6)
        for index, share in enumerate(areas.tolist()):
            assert found.get(index, 0.0) == pytest.approx(share, abs=1e-6)
