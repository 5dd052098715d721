"""Areas and roads around a name: taken off the front and the back of a stretch of a text."""

from __future__ import annotations

import re

from geo.address.channel import OTHER_CHARACTER
from geo.address.lexicon import Lexicon
from geo.address.parse import CITY, DISTRICT, GROUP, PROVINCE, PROVINCES, ROAD
from geo.address.query import Query
from geo.address.spoken_names import SpokenNames
from geo.address.vocabulary import generic_end

_LEAST_VILLAGE = 3
_JOINTS = ("与", "和", "跟", "同", "/")
# between a road and what stands on it
_ON_ROAD = re.compile(r"(?:上|边上?|旁边?|路边|那边|这边)?(?:的那个|的这个|那个|这个|的)|上(?=..)")
_SIDE_OF_ROAD = re.compile(
    r"(?:[东西南北中]段|路?[东西南北](?:侧|边|面)?|(?:十字|丁字)?(?:交叉|路)?口|十字)的?(?=..)"
)
# marks, and what callers say before where they are: 我在北京市昌平区
_BEFORE_AREA = frozenset(",/( 在住于地址")
_COME_FROM = re.compile(r"搬来|来的|过来|老家|牌照")
_AREA_WORDS = frozenset("省市县区州盟旗蒙西藏疆广上天重")
# names of provinces and cities, with their word or without, right before the county
_ABOVE = re.compile(
    rf"(?:中国)?(?:(?:{PROVINCES})省?)?(?:[一-鿿]{{2,4}}?(?:市|地区)|[一-鿿]{{2,3}})?"
)
_VILLAGE = re.compile(r"[^0-9A-Z,]{1,6}?(?:里|村|社区|庄)(?:\d+邻)?")


class Surroundings:
    """Takes areas and roads off stretches of a written form, and notes them in its query.

    Parameters
    ----------
    lexicon
        Areas and roads of the register.
    spoken
        Its names: they are left whole.
    """

    def __init__(self, lexicon: Lexicon, spoken: SpokenNames) -> None:
        self.lexicon = lexicon
        self._spoken = spoken

    def take_areas(self, query: Query, start: int, end: int) -> int:
        """Take areas and roads off the front."""
        form = query.written.text
        while start < end:
            word = self.lexicon.at_start(form, start, end)
            if word is not None:
                self._note(query, word.kind, word.number)
                start += len(word.text)
                if word.kind != "road":
                    continue
                start = self._behind_road(form, start, end)
                if self._spoken.named(form, start, end) is not None:
                    return start
                continue
            group = GROUP.match(form, start, end) if form[start].isdigit() else None
            if group is not None:
                query.group = group.group(1)
                start = group.end()
                continue
            town = self.lexicon.short_town(form, start, end)
            if town is not None and self._spoken.named(form, start + len(town.text), end):
                self._note(query, "town", town.number)
                return start + len(town.text)
            short = self.lexicon.short_village(form, start, end)
            if short is not None and self._goes_on_as_village(query, start + len(short.text), end):
                self._note(query, "village", short.number)
                start += len(short.text)
                continue
            village = _VILLAGE.match(form, start, end)
            if (
                village is not None
                and self._is_road(form, village.end(), end)
                and not self._spoken.is_like_name(form, start, village.end())
            ):
                start = village.end()  # a village that the register does not hold by this name
                continue
            foreign = self._above(query, start, end) or self._foreign(query, start, end)
            if not foreign:
                return start
            start += foreign
        return start

    def is_foreign(self, form: str, start: int, end: int) -> bool:
        """Return whether words are the whole name of a city or county elsewhere (孝义市)."""
        words = form[start:end]
        if words[-1:] not in ("市", "县") or self.lexicon.at_start(form, start, end) is not None:
            return False
        whole = CITY.fullmatch(words) or DISTRICT.fullmatch(words)
        return whole is not None and not self._spoken.begins_name(words)

    def take_back(self, query: Query, start: int, end: int) -> int:
        """Take areas and roads off the back, where people put them last."""
        form = query.written.text
        while end > start:
            word = self.lexicon.at_end(form, start, end)
            if word is None or (word.kind == "road" and query.road):
                return end
            self._note(query, word.kind, word.number)
            end -= len(word.text)
        return end

    def unknown_road(self, query: Query, start: int, end: int) -> int:
        """Take a road that the register does not hold, where it is all that is said."""
        match = ROAD.match(query.written.text, start, end)
        if match is None or match.end() < end:
            return end if self._slipped_village(query, start, end) else start
        query.unknown_road = (start, match.end())
        return end

    def _slipped_village(self, query: Query, start: int, end: int) -> bool:
        """Note the one village that is nearly said before a house number: 柳令村12号."""
        form = query.written.text
        if (
            query.village
            or end - start < _LEAST_VILLAGE
            or self._spoken.is_like_name(form, start, end)
        ):
            return False
        hits = self.lexicon.village_names.find(form[start:end])
        if not hits or hits[0].relation != "spelled" or hits[0].cost >= OTHER_CHARACTER:
            return False
        if len(hits) > 1 and hits[1].cost <= hits[0].cost:
            return False
        query.village = self.lexicon.village_of(hits[0].name)
        query.village_cost = hits[0].cost
        query.unknown_road = (start, end)
        return True

    @staticmethod
    def _goes_on_as_village(query: Query, start: int, end: int) -> bool:
        """Return whether words go on as behind a village said without its word.

        With a group (北沟2组), a number, or with nothing more behind its town (东村镇北沟).
        """
        number = query.chain.number
        if start == end:
            at_number = number is not None and number.start == end
            return at_number or (bool(query.town) and not query.chain.elements)
        return bool(GROUP.match(query.written.text, start, end))

    def _above(self, query: Query, start: int, end: int) -> int:
        """Return the length of what stands above a known area (山西吕梁岚县), 0 for nothing."""
        if not self.lexicon.has_area(query.written.text, start + 1, end):
            return 0
        match = _ABOVE.match(query.written.text, start, end)
        while match is not None and match.end() > start:
            word = self.lexicon.at_start(query.written.text, match.end(), end)
            words = match.group(0)
            is_name = generic_end(words) or self._spoken.named(words, 0, len(words)) is not None
            if word is not None and word.kind == "area" and not is_name:
                return match.end() - start
            match = _ABOVE.match(query.written.text, start, match.end() - 1)
        return 0

    def _behind_road(self, form: str, start: int, end: int) -> int:
        """Return where the words behind a road go on: at another road, at what stands on it."""
        if (
            form[start : start + 1] in _JOINTS
            and not self._is_road(form, start, end)
            and self._is_road(form, start + 1, end)
        ):
            return start + 1  # 解放路和人民路; but 永安街和平大道
        side = _SIDE_OF_ROAD.match(form, start, end)
        if side is not None and self._spoken.named(form, side.end(), end) is not None:
            return side.end()
        on_road = _ON_ROAD.match(form, start, end)
        if on_road is not None and on_road.end() < end and not self._spoken.named(form, start, end):
            return on_road.end()
        return start

    def _is_road(self, form: str, start: int, end: int) -> bool:
        word = self.lexicon.at_start(form, start, end)
        return word is not None and word.kind == "road"

    @staticmethod
    def _note(query: Query, kind: str, number: int) -> None:
        if kind == "area":
            query.known_area = True
            query.foreign = ""  # what stood before is above it: 山西省吕梁市岚县
        elif kind == "road" and query.road and query.road != number:
            query.second_road = query.second_road or number
        elif not getattr(query, kind):
            setattr(query, kind, number)

    def _foreign(self, query: Query, start: int, end: int) -> int:
        """Return the length of an area's name that the register does not know, 0 for none."""
        form = query.written.text
        if _AREA_WORDS.isdisjoint(form[start:end]):
            return 0
        if start and not (query.foreign or query.known_area or form[start - 1] in _BEFORE_AREA):
            return 0
        for pattern in (PROVINCE, CITY, DISTRICT):
            match = pattern.match(form, start, end)
            if match is None or match.end() == match.start():
                continue
            if match.end() >= end and (query.chunks or not self._goes_on(query, end)):
                continue
            words = match.group(0)
            if words.endswith("区") and not query.foreign:
                continue  # a district is said with its city; without one it is part of a name
            if (
                pattern is not PROVINCE
                and not query.foreign
                and self._spoken.is_like_name(form, start, end)
            ):
                return 0
            if _COME_FROM.search(form, match.end(), end):
                return end - start  # 从内蒙古包头市搬来的 says where one came from
            if not self._spoken.begins_name(words) and not self._spoken.cuts_name(form, match, end):
                query.foreign += words
                return len(words)
        return 0

    @staticmethod
    def _goes_on(query: Query, end: int) -> bool:
        """Return whether an area ends at a stop with more behind it (山西省/吕梁市/岚县)."""
        form = query.written.text
        return end + 1 < len(form) and form[end] in ",/( " and form[end + 1] > "一"
