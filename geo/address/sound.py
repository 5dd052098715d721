"""How characters sound: syllables, the confusions of Mandarin speakers, initials."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import product
from pathlib import Path

# zh/z, ch/c, sh/s, n/l, h/f, and the nasal finals in/ing, en/eng, an/ang: the pairs that
# speakers of northern and southern dialects do not keep apart.
_CONFUSED = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^l"), "n"),
    (re.compile(r"^hu(?=[aeio])"), "h"),
    (re.compile(r"^f"), "h"),
    (re.compile(r"^hi"), "hei"),
    (re.compile(r"([aei])ng$"), r"\1n"),
)
_FIRST_CODE = 0xE000
_READINGS_KEPT = 3


@cache
def _dictionary() -> dict[int, str]:
    """Return pypinyin's readings of single characters.

    The module is loaded by itself: importing the package would keep its 47,000 phrases in
    memory too, some 50 MB in every worker.
    """
    package = find_spec("pypinyin")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pypinyin")
    spec = spec_from_file_location("_pinyin", Path(package.origin).parent / "pinyin_dict.py")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("pypinyin.pinyin_dict")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    dictionary: dict[int, str] = module.pinyin_dict
    return dictionary


def _plain(syllable: str) -> str:
    """Return a syllable without its tone; ü stays apart from u as v."""
    letters = unicodedata.normalize("NFD", syllable.replace("ü", "v").replace("ǖ", "v"))
    letters = letters.replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii())


def blurred(syllable: str) -> str:
    """Return the syllable that all confusable ones share: zhang, zang, zhan and zan are zan."""
    for pattern, replacement in _CONFUSED:
        syllable = pattern.sub(replacement, syllable)
    return syllable


@cache
def readings(character: str) -> tuple[str, ...]:
    """Return a character's syllables without tones, the usual one first."""
    text = _dictionary().get(ord(character), "")
    found = dict.fromkeys(_plain(syllable) for syllable in text.split(",") if syllable)
    return tuple(found)[:_READINGS_KEPT]


@cache
def blurred_readings(character: str) -> frozenset[str]:
    """Return the blurred syllables of a character."""
    return frozenset(blurred(syllable) for syllable in readings(character))


class _Codes(dict[int, str]):
    """One private character for each blurred syllable, made when first met."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def __missing__(self, code: int) -> str:
        found = readings(chr(code))
        if not found:
            form = chr(code)
        else:
            syllable = blurred(found[0])
            form = self._known.setdefault(syllable, chr(_FIRST_CODE + len(self._known)))
        self[code] = form
        return form


_CODES = _Codes()


def sounded(text: str) -> str:
    """Return a text as one code a syllable; texts that sound alike are equal.

    The codes hold for this process only.
    """
    return text.translate(_CODES)


def sounds_alike(first: str, second: str) -> float:
    """Return 1 for the same syllable, 0.5 for a confusable one, 0 for others."""
    if set(readings(first)) & set(readings(second)):
        return 1.0
    return 0.5 if blurred_readings(first) & blurred_readings(second) else 0.0


def spelled(text: str) -> tuple[str, ...]:
    """Return the pinyin spellings of a text without blanks, the usual one first."""
    choices = [readings(character)[:2] or (character.lower(),) for character in text]
    spellings = []
    for number, parts in enumerate(product(*choices)):
        if number >= _READINGS_KEPT:
            break
        spellings.append("".join(parts))
    return tuple(spellings)


def initials(text: str) -> str:
    """Return the first letters of a text's syllables: 滨河小区 is bhxq."""
    return "".join((readings(character) or (character.lower(),))[0][:1] for character in text)
