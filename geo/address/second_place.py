"""Two estates in one text: which of them is meant, or that either may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_LEAST_NAME = 3
_KEY = 2
_NOT_BEHIND_NAME = frozenset("路街道巷弄镇乡村桥站市县")
_CHAIN = re.compile(r"\d+[A-Z]?(?:号楼|号院|栋|幢|座|#|-\d|单元|楼\d)")
_LISTED = re.compile(r"(?:这[边里]|小区)?(?:和|与|跟|,|以及|及|还有|到|至|或者?|,和)")
_RELATION = re.compile(
    r"对面|对过|旁|隔壁|附近|门口|[东西南北前后]侧|后面|前面|周边|之间|中间|挨着|边上"
)
# where the caller is, who speaks of another place: 我在滨河花园，滨河苑3号楼着火了
_CALLER = (
    r"(?:我们?|俺们?|咱们?|本人|报警人|来电人|报修人|人)"
    r"(?:现在?|目前|这会儿?|人|就|家|正|刚刚?|都|还)*(?:在|是|站在|路过|经过|住在?)"
)
# where somebody was or is only registered: 以前住滨河花园，户口在滨河花园
_PASSED = r"(?:刚刚?|才|正)?(?:路过|经过)"
_FORMER = (
    r"(?:以前|之前|过去|原先|原来|户口|户籍|老家|身份证)(?:上|是|在|住|的|地址|登记|挂|落|写)*"
)
# where nobody is to go: 别去滨河花园; where the thing is indeed: 实际在滨河苑
_NOT_THERE = r"(?:别|不用|不要|不必)(?:再|往)?[去来到]"
_INDEED = re.compile(r"(?:实际|其实|应该|正确)(?:上|的|地址|位置)*[是在为][^,0-9]{0,10}$")
_NOT_MEANT = re.compile(rf"(?:{_CALLER}|{_PASSED}|{_FORMER}|{_NOT_THERE})的?[^,0-9]{{0,10}}$")
# where the caller is who has seen it: …着火了，我在滨河花园看见的
_CALLER_BEHIND = re.compile(rf",{_CALLER}+[^,0-9]{{0,10}}$")
_SEEN = re.compile(r"看[见到]|望见|发现")
_FORMERLY = re.compile(rf"(?:{_FORMER})[^,0-9]{{0,10}}$")
_FROM = re.compile(r"[从由][^,0-9]{0,10}$")
# what only explains the first: （不是滨河苑）, （原农业局宿舍）
_EXPLAINS = re.compile(
    r"(?:不是|并非|不[在住]|没[在住]|[(,](?:原|老|旧|曾用名|又[名叫]|俗称|现)[名叫为是:]?)$"
)
_MOVES = re.compile(r"搬|迁")
_SURROUNDINGS = re.compile(r"[0-9路街道镇乡县]")


class _Named(NamedTuple):
    start: int
    end: int
    name: str


class TwoPlaces(NamedTuple):
    """Where two places stand in a written form.

    Attributes
    ----------
    aside
        Stretch of the place that is said but not meant; None where either may be meant.
    second
        Where the second place begins.
    """

    aside: tuple[int, int] | None
    second: int


class SecondPlaces:
    """Tells two estates of one register in a text apart.

    Parameters
    ----------
    places
        Names and aliases of estates, and the places that each names.
    """

    def __init__(self, places: Mapping[str, frozenset[int]]) -> None:
        self._places = {name: held for name, held in places.items() if len(name) >= _LEAST_NAME}
        self._lengths: dict[str, tuple[int, ...]] = {}
        for name in self._places:
            key = name[:_KEY]
            lengths = {*self._lengths.get(key, ()), len(name)}
            self._lengths[key] = tuple(sorted(lengths, reverse=True))

    def of(self, form: str) -> TwoPlaces | None:
        """Return how two estates stand in a written form; None where there are no two."""
        names = self._names(form)
        if len(names) < 2:  # noqa: PLR2004
            return None
        first, second = names[0], names[-1]
        between = form[first.end : second.start]
        if not between.strip("的 (") or self._places[first.name] & self._places[second.name]:
            return None
        if _EXPLAINS.search(between):
            return TwoPlaces((first.end + len(between.rstrip("不是并非没在住可")), second.end), 0)
        start = self._clause(form, first.end, second.start)
        own = bool(_CHAIN.search(form, first.end, start))
        if own and self._is_former(form, between, second.end):
            end = form.find(",", second.end)
            return TwoPlaces((start, len(form) if end < 0 else end), start)
        if self._has_chain(form, second.end):
            return self._before(form, first, second, start, own=own)
        return TwoPlaces(None, second.start) if not own and _LISTED.fullmatch(between) else None

    @staticmethod
    def _before(
        form: str, first: _Named, second: _Named, start: int, *, own: bool
    ) -> TwoPlaces | None:
        """Return what the first place is to the second, which has a chain of its own."""
        between = form[first.end : second.start]
        if not own and "," not in between and _RELATION.match(between):
            return None  # 滨河花园对面的滨河苑3号楼
        if between == "," or _LISTED.fullmatch(between) is None:
            lead = form[: first.start]
            moved = _FROM.search(lead) is not None and _MOVES.search(between) is not None
            own_clause = not own and "," in between and not between.startswith(",")
            if moved or own_clause or _NOT_MEANT.search(lead) or _INDEED.search(between):
                return TwoPlaces((0, start), start)
        return TwoPlaces(None, start)

    def _names(self, form: str) -> list[_Named]:
        """Return the first two different names in a form, each as long as may be."""
        found: list[_Named] = []
        place = 0
        while place < len(form) - 2:
            for length in self._lengths.get(form[place : place + _KEY], ()):
                name = form[place : place + length]
                end = place + len(name)
                if name in self._places and form[end : end + 1] not in _NOT_BEHIND_NAME:
                    if not found or found[-1].name != name:
                        found.append(_Named(place, end, name))
                    place = end - 1
                    break
            if len(found) > 1:
                break
            place += 1
        return found

    @staticmethod
    def _clause(form: str, start: int, end: int) -> int:
        """Return where the second place begins with what stands around it, its road and town."""
        clause = max(form.rfind(mark, start, end) for mark in ",。 (") + 1
        if clause > start and _SURROUNDINGS.search(form, clause, end):
            return clause
        return end

    @staticmethod
    def _has_chain(form: str, end: int) -> bool:
        """Return whether a chain stands behind a name, with nothing beside it between them."""
        chain = _CHAIN.search(form, end)
        return chain is not None and not _RELATION.search(form, end, chain.start())

    @staticmethod
    def _is_former(form: str, between: str, end: int) -> bool:
        """Return whether the second place is where somebody was or is: 从滨河花园搬来的."""
        if _CALLER_BEHIND.search(between) and _SEEN.search(form, end):
            return True
        if _FORMERLY.search(between):
            return True
        return _FROM.search(between) is not None and _MOVES.search(form, end) is not None
