"""The names of regions come from codes."""

from __future__ import annotations

from geo.address.regions import names_of_regions


def test_a_communitys_code_names_what_it_lies_in() -> None:
    assert names_of_regions(["141127100001", "141127100200"]) == ("山西省", "吕梁市", "岚县")


def test_a_municipality_has_no_city_in_between() -> None:
    assert names_of_regions(["110105"]) == ("北京市", "朝阳区")


def test_what_is_no_code_is_passed_over() -> None:
    assert names_of_regions(["", "1", "999999000000", "abc"]) == ()
