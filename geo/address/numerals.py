"""Chinese numerals, as far as addresses use them."""

from __future__ import annotations

import re

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS.update({"〇": 0, "幺": 1, "两": 2})
_PLACES = {"十": 10, "百": 100, "千": 1000}

NUMERAL = "〇零一二三四五六七八九十百千廿幺"
"""Characters that numerals of addresses are written with."""

# 十二, 二十, 二十三, 廿三, 一百, 一百零五, 一百二十三, 一百一 (short for 110)
_COUNT = re.compile(
    r"(?:[一二三四五六七八九]千零?)?(?:[一二三四五六七八九]百零?)?"
    r"(?:廿|[一二三四五六七八九]?十)?[一二三四五六七八九]?"
)
_SPELLED = re.compile(r"[〇零一二三四五六七八九幺]+")


def value_of(numeral: str) -> int | None:
    """Return the value of a numeral, None where the characters form none.

    Counted (二十三) and spelled digit by digit (五〇一, said as 五零幺 too).
    """
    if not numeral:
        return None
    if len(numeral) > 1 and _SPELLED.fullmatch(numeral):
        return int("".join(str(_DIGITS[character]) for character in numeral))
    if numeral in ("零", "〇"):
        return 0
    if numeral == "幺" or not _COUNT.fullmatch(numeral):
        return None
    return _counted(numeral)


def _counted(numeral: str) -> int:
    total, digit, place = 0, 0, 1
    for character in numeral.replace("廿", "二十"):
        if character in _PLACES:
            place = _PLACES[character]
            total += (digit or 1) * place
            digit = 0
        elif character == "零":
            place = 1
        else:
            digit = _DIGITS[character]
    # 一百一 is 110: a last digit right behind 百 counts tens
    tail_place = place // 10 if digit and place >= 100 else 1  # noqa: PLR2004
    return total + digit * max(tail_place, 1)


def longest_numeral(characters: str) -> tuple[int, int] | None:
    """Return where the longest numeral at the end of some numeral characters begins, its value.

    Two bare digits (五一) are a name's more often than a number's, so only the last of them
    counts; three and more, or any with a zero or 幺, are spelled digits (二〇一, 幺二).
    """
    for start in range(len(characters)):
        part = characters[start:]
        two_digits = len(part) == 2 and _SPELLED.fullmatch(part)  # noqa: PLR2004
        if two_digits and not set(part) & {"零", "〇", "幺"}:
            continue
        value = value_of(part)
        if value is not None:
            return start, value
    return None
