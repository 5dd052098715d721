"""Texts read with the words of one register."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from geo.address.correction import as_meant
from geo.address.grammar import chains
from geo.address.letters import Letters
from geo.address.normalise import Normalised, normalise
from geo.address.parse import GROUP, relation_behind
from geo.address.query import Query
from geo.address.reading import Element, Reading
from geo.address.relation import Relation, relation_at, relation_end, stays_at
from geo.address.second_place import SecondPlaces
from geo.address.speech import inside_words, is_speech, opening_length
from geo.address.spoken_names import BARE_ZONES, SpokenNames
from geo.address.surroundings import Surroundings
from geo.address.units import zone_id

# between a house number and a zone behind it
_IN_YARD = re.compile(r"大?院(?:内|里[面头边]?|子里?)?的?|(?:里[面头边]|内)的?")
_BEHIND_RELATION = re.compile(r"(?:的|那个|那边|这个|有个|是)+")
_NO_NAMES = frozenset(("院", "院内", "院里", "里面", "里头", "里边", "的", "与", "和", "-"))
_STOPS = re.compile(r"[,() ]+|(?<![0-9A-Z])/+|/+(?![0-9A-Z])")
_LATIN_STOPS = re.compile(r" *[,()]+ *")
_MEANT = re.compile(r"[0-9A-Z\u3400-\u9fff]")
_CHAIN_AGAIN = re.compile(r"\d(?:号楼|栋|幢|座|#|-\d|单元)")
_STAGE = re.compile(r"\d{1,2}期")
_WHOLE_ZONE = re.compile(
    r"^(?:(?:[A-Z]\d?|[东西][南北]|[东西南北中]|[甲乙丙丁]|\d{1,2}|[一二三四五六七八九十])区|\d{1,2}期(?:[A-Z东西南北中]区)?|[东西南北中]院)$"
)


_SAID_ZONE = re.compile(r"(?:就?是|在|属于?)((?:[A-Z]|[东西南北中])区)的?")
_AND = re.compile(r"[, ]*(?:和|与|跟|以及|及|还有|或者?|,)[, ]*|[, ]+")
# a name in letters before a chain in characters: fumin xiaoqu 3号楼
_TYPED = re.compile(r"[A-Z]{2}[A-Z ]{2,}\d")
_OTHER_THING = re.compile(r"(?:就?在|靠近?|离|是)?[一-鿿]{2,10}")


class QueryReader:
    """Reads texts with the words of one register.

    Parameters
    ----------
    surroundings
        Areas and roads of the register.
    spoken
        Its names, zones and named buildings.
    special
        Names that hold digits or single letters, which the chain must leave alone.
    second
        Tells two estates in one text apart.
    latin
        Reads a text in Latin script, where the register has such words; None where it is none.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        spoken: SpokenNames,
        special: list[str],
        second: SecondPlaces,
        *,
        latin: Callable[[Normalised], Query | None] | None = None,
    ) -> None:
        self._around = surroundings
        self._spoken = spoken
        self._names = spoken.known
        self._second = second
        self._latin = latin
        self._special = (
            re.compile(
                "|".join(map(re.escape, sorted(special, key=lambda name: (-len(name), name))))
            )
            if special
            else None
        )

    def read(self, text: str) -> tuple[Query, tuple[Reading, ...]] | None:
        """Return the likeliest reading of a text and the other chains that its words allow.

        None where the text says nothing.
        """
        written = normalise(as_meant(text).rstrip(" "))
        form = written.text
        if not _MEANT.search(form):
            return None
        if self._latin is not None and form.isascii():
            said = self._latin(written)
            if said is not None:
                return said, ()
        if (form.isascii() or _TYPED.match(form)) and (
            chinese := self._letters.rewritten(written)
        ) is not None:
            written, form = chinese, chinese.text
        two = self._second.of(form)
        if two is not None:
            text = written.original
            start, end = written.span(*(two.aside or (two.second, len(form))))
            behind = normalise(" " * start + text[start:])
            written = normalise(text[:start] + " " * (end - start) + text[end:])
            form = written.text
            if two.aside is None:
                query = self.query(written, self.readings(form)[0])
                query.again = self.query(behind, self.readings(behind.text)[0])
                return query, ()
        first, *others = self.readings(form)
        query = self.query(written, first)
        query.again = self._again(query)
        number = first.number
        if number is not None and any(chunk.end == number.start for chunk in query.chunks):
            for other in others:
                # 荷塘月色12号: behind a name of the register a number is its building
                if other.number is None and other.building is not None:
                    return self.query(written, other), (first,)
        return query, tuple(others)

    def _again(self, query: Query) -> Query | None:
        """Return a second address behind the first, both with names of the register."""
        form = query.written.text
        end = max((element.end for element in query.chain.elements), default=0)
        if not end or not _CHAIN_AGAIN.search(form, end):
            return None
        first = self._first_name(query, end)
        if not first:
            return None
        place = query.written.span(0, end)[1]
        behind = normalise(" " * place + query.written.original[place:])
        again = self.query(behind, self.readings(behind.text)[0])
        other = self._first_name(again, len(behind.text))
        said, more = query.chain.building, again.chain.building
        same = (said and said.value) == (more and more.value)
        if not other and said is not None and more is not None and not same:
            between = behind.text[: more.start]
            if _AND.fullmatch(between) or (not between and form[end] == ","):
                # 3号楼1单元和5号楼2单元, of one compound
                text = query.written.original
                start, _ = query.written.span(said.start, said.end)
                then, _ = behind.span(more.start, more.end)
                behind = normalise(text[:start] + " " * (then - start) + text[then:])
                return self.query(behind, self.readings(behind.text)[0])
        if not other or (first == other and same):
            return None
        return again

    def _first_name(self, query: Query, end: int) -> str:
        """Return the first name of the register that words before a place end in."""
        for chunk in query.chunks:
            if chunk.start >= end:
                continue
            for name in (chunk.name, chunk.name.removesuffix(chunk.zone)):
                for start in range(len(name) - 1):
                    if name[start:] in self._names:
                        return name[start:]
        return ""

    @cached_property
    def _letters(self) -> Letters:
        return Letters(self._spoken.names.letters, self._around.lexicon.texts)

    def readings(self, form: str) -> tuple[Reading, ...]:
        """Return the readings of the chain; names with digits are left whole."""
        if self._special is None:
            return chains(form)
        spans = tuple(match.span() for match in self._special.finditer(form))
        return chains(form, spans)

    def query(self, written: Normalised, chain: Reading) -> Query:
        """Return what a written form says when its chain is read in one way."""
        form = written.text
        elements = chain.elements
        query = Query(written, chain, self._relation(form, chain))
        start, end = self._beside(query)
        chain_end = 0
        for element in elements:
            if element.start > start:
                self._stretch(query, start, element.start, chain_end=chain_end, to=element.kind)
            start = max(start, element.end)
            chain_end = start if element.kind != "number" else chain_end
        if query.relation is not None and query.relation.start <= start + 1:
            start = max(start, query.relation.end)
        if start < end:
            self._stretch(query, start, end, chain_end=chain_end, to="")
        if chain.zone is not None:
            query.stage = f"{chain.zone.value}期" if chain.zone.value.isdigit() else ""
            query.zone = query.zone or ("" if query.stage else chain.zone.value)
        if query.stage:
            self._spoken.join_stage(query)
        query.chunks.sort(key=lambda chunk: chunk.name not in self._names)
        return query

    def _beside(self, query: Query) -> tuple[int, int]:
        """Return where the words begin and end that stand before and behind a relation."""
        relation, elements = query.relation, query.chain.elements
        end = len(query.written.text)
        if relation is None:
            return 0, end
        if relation.end >= end:
            return 0, relation.start
        if not elements:  # 滨河花园对面，垃圾没人拉
            self._stretch(query, 0, relation.start, chain_end=0, to="")
            return relation.end, end
        if relation.start < elements[-1].end:
            query.relation = None
        return 0, end

    def _relation(self, form: str, chain: Reading) -> Relation | None:
        """Return the relation that a text says, apart from its chain and its name."""
        if not chain.elements and (relation := self._of_clause(form)) is not None:
            return relation
        relation = relation_behind(form, chain)
        if relation is None or any(
            relation.start < element.end and relation.end > element.start
            for element in chain.elements
        ):
            return None
        if relation.end >= len(form) and (
            self._ends_in_name(relation, form) or self._is_of_other(relation, form, chain)
        ):
            return None
        last = max(chain.elements, key=_end, default=None)
        if last is None or relation.start < last.end:
            return relation
        between = form[last.end : relation.start].strip(",() 的")
        if not between and (
            stays_at(relation, last.kind) or form[relation.end : relation.end + 1] in ("是", "有")
        ):
            return None  # 3单元楼下; 3单元，楼后头是卫生院
        return relation

    def _of_clause(self, form: str) -> Relation | None:
        """Return the relation to a name that ends a clause before the last one."""
        end = form.find(",")
        while end > 0:
            relation = relation_end(form[:end])
            if relation is not None:
                words = form[: relation.start].removesuffix("的")
                if any(words[start:] in self._names for start in range(len(words) - 1)):
                    return relation
            end = form.find(",", end + 1)
        return None

    def _is_of_other(self, relation: Relation, form: str, chain: Reading) -> bool:
        """Return whether a relation is to another name than the one before the chain.

        滨河花园3号楼2单元，就在新华公寓对面 is the stair itself.
        """
        last = max((element.end for element in chain.elements), default=0)
        between = form[last : relation.start] if last else ""
        if between[:1] in (",", " ", "(") and _OTHER_THING.fullmatch(between.strip(",( ")):
            return True  # 3单元，交警队对面
        return any(between[start:] in self._names for start in range(len(between) - 1))

    def _ends_in_name(self, relation: Relation, form: str) -> bool:
        """Return whether the words of a relation are the end of a name (桥头, 路口村)."""
        return any(form[start:] in self._names for start in range(relation.start))

    def _stretch(self, query: Query, start: int, end: int, *, chain_end: int, to: str) -> None:
        """Read the words between two elements of the chain."""
        form = query.written.text
        while end > start and form[end - 1] in "-#":
            end -= 1  # 滨河花园A区-3号楼
        place = start
        stops = _LATIN_STOPS if form.isascii() else _STOPS
        for part in stops.split(form[start:end].strip()):
            if not part:
                continue
            first = form.index(part, place, end)
            place = first + len(part)
            followed = to if place == end else ""
            behind = bool(chain_end) and bool(query.chunks or query.road)
            if behind and self._around.is_foreign(form, first, place):
                query.foreign = query.foreign or part  # 3号楼2单元，孝义市
                continue
            self._part(query, first, place, followed=followed, behind=behind)

    def _part(self, query: Query, start: int, end: int, *, followed: str, behind: bool) -> None:
        form = query.written.text
        chunk = self._spoken.name_of(query, start, end)
        if chunk is not None:
            query.chunks.append(chunk)
            return
        if not behind:
            start += opening_length(form[start:end])
        number = query.chain.number
        yard = _IN_YARD.match(form, start, end) if number and start == number.end else None
        if yard is not None and self._spoken.named(form, start, end) is None:
            start = yard.end()
            if start == end:
                return
        start = self._around.take_areas(query, start, end)
        start = self._spoken.take_zone(query, start, end)
        if followed == "number" and start < end and not query.road:
            end = self._around.take_back(query, start, end)
            if not query.road:
                start = self._around.unknown_road(query, start, end)
        chunk = self._spoken.name_of(query, start, end)
        if chunk is None:
            start = self._beyond_relation(form, start, end)
            end = self._around.take_back(query, start, end)
            end -= inside_words(form[start:end])
            chunk = self._spoken.named(form, start, end)
        if chunk is not None:
            query.chunks.append(chunk)
        elif end > start:
            self._rest(query, start, end, behind=behind)

    def _beyond_relation(self, form: str, start: int, end: int) -> int:
        """Return where the name begins that is placed beside something (医院对面的滨河花园)."""
        for place in range(start + 2, end - 1):
            relation = relation_at(form, place)
            if relation is not None and relation.start == place:
                behind = _BEHIND_RELATION.match(form, relation.end, end)
                first = relation.end if behind is None else behind.end()
                if first < end and self._spoken.named(form, first, end) is not None:
                    return first
        return start

    def _rest(self, query: Query, start: int, end: int, *, behind: bool) -> None:
        form = query.written.text
        words = form[start:end]
        at_door = query.road and query.chain.number is not None
        if _STAGE.fullmatch(words):
            query.stage = query.stage or words
        elif _WHOLE_ZONE.match(words) or (
            (at_door or query.chunks) and words in self._spoken.zones
        ):
            query.zone = query.zone or zone_id(words)
        elif words in BARE_ZONES and query.chunks and form[start - 1] == "(":
            query.zone = query.zone or words  # 滨河花园（A）3号楼
        elif group := GROUP.fullmatch(words):
            query.group = group.group(1)
        elif form.isascii() and query.chain.number is not None and not query.road:
            query.unknown_road = (start, end)
        elif (said := _SAID_ZONE.fullmatch(words)) and query.chunks:
            query.zone = query.zone or zone_id(said.group(1))  # 滨河花园3号楼，是C区
        elif (
            (not behind or self._spoken.holds_name(words))
            and words not in _NO_NAMES
            and not is_speech(words)
        ):
            query.chunks.append(self._spoken.chunk(form, start, end))


def _end(element: Element) -> int:
    return element.end
