"""One character for each written form: width, script, radicals, dashes, enclosed numbers."""

from __future__ import annotations

import unicodedata
from functools import cache

import opencc

_HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000))
_FOLDED = (range(0x00A0, 0x3400), range(0xF900, 0xFB00), range(0xFE30, 0x10000))

# Radicals of the CJK Radicals Supplement that NFKC leaves although they are whole characters;
# text copied from PDF files has them in place of the characters.
_RADICALS = {
    "⺁": "厂",
    "⺌": "小",
    "⺎": "兀",
    "⺕": "彐",
    "⺠": "民",
    "⺾": "艹",
    "⻁": "虎",
    "⻄": "西",
    "⻅": "见",
    "⻆": "角",
    "⻉": "贝",
    "⻋": "车",
    "⻓": "长",
    "⻔": "门",
    "⻘": "青",
    "⻙": "韦",
    "⻚": "页",
    "⻛": "风",
    "⻜": "飞",
    "⻝": "食",
    "⻢": "马",
    "⻣": "骨",
    "⻤": "鬼",
    "⻥": "鱼",
    "⻦": "鸟",
    "⻧": "卤",
    "⻨": "麦",
    "⻩": "黄",
    "⻬": "齐",
    "⻮": "齿",
    "⻰": "龙",
    "⻳": "龟",
}
# Latin letters that are no letter with a mark
_LETTERS = {
    "AE": "Ææ",
    "OE": "Œœ",
    "O": "Øø",
    "D": "ĐđÐð",
    "TH": "Þþ",
    "L": "Łł",
    "H": "Ħħ",
    "I": "ı",
    "N": "Ŋŋ",
    "SS": "ßẞ",
    "": "°",
}
_DASHES = "‐‑‒–—―−﹘﹣－－─━﹉￣~～〜∼_﹍＿"
_SLASHES = "／\\＼∕⁄|｜"
_STOPS = "，。；：！？,;:!?｡﹐、､\u3001=＝@＠+＋"
_NUMBER_SIGNS = "＃♯⌗﹟"
_DROPPED = "\u200b\u200c\u200d\u2060\ufeff\u00ad\"'“”‘’`*＊《》<>「」『』№"
_MIDDLE_DOTS = "·•・‧∙"
_OPENING = "（［【〔﹙{｛[〖"
_CLOSING = "）］】〕﹚}｝]〗"


@cache
def simplified() -> dict[str, str]:
    """Return the simplified form of every Han character that has another one.

    The table is OpenCC's; it is applied character by character to texts and registers alike, so
    that a character with several simplified forms still meets itself.
    """
    characters = "\n".join(chr(code) for block in _HAN for code in block)
    converted = opencc.OpenCC("t2s").convert(characters)
    pairs = zip(characters, converted, strict=True)
    table = {traditional: simple for traditional, simple in pairs if traditional != simple}
    # written variants that the table keeps apart, one meaning in addresses
    table.update(
        {"樑": "梁", "邨": "村", "衖": "弄", "埗": "埠", "寳": "宝", "峯": "峰", "単": "单"}
    )
    return {character: table.get(simple, simple) for character, simple in table.items()}


@cache
def character_table() -> dict[int, str]:
    """Return what each character is written as, for ``str.translate``."""
    table: dict[int, str] = {}
    for block in _FOLDED:
        for code in block:
            folded = unicodedata.normalize("NFKC", chr(code))
            if folded != chr(code):
                table[code] = folded
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        letters = unicodedata.normalize("NFD", chr(code)).upper()
        table[code] = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for form, letters in _LETTERS.items():
        table.update({ord(letter): form for letter in letters})
    table.update({0x2160 + step: str(step + 1) for step in range(12)})
    table.update({0x2170 + step: str(step + 1) for step in range(12)})
    for characters, form in (
        (_DASHES, "-"),
        (_SLASHES, "/"),
        (_STOPS, ","),
        (_NUMBER_SIGNS, "#"),
        (_DROPPED, ""),
        (_MIDDLE_DOTS, "·"),
        (_OPENING, "("),
        (_CLOSING, ")"),
        ("○◯", "〇"),
        ("\t\r\n\u3000\u00a0", " "),
    ):
        table.update({ord(character): form for character in characters})
    table.update({ord(radical): character for radical, character in _RADICALS.items()})
    table.update({code: chr(code).upper() for code in range(ord("a"), ord("z") + 1)})
    simple = simplified()
    table.update({ord(character): form for character, form in simple.items()})
    return {code: _settled(form, table) for code, form in table.items()}


def _settled(form: str, table: dict[int, str]) -> str:
    """Fold a form until it stands still, so that folding twice changes nothing."""
    while (again := form.translate(table)) != form:
        form = again
    return form
