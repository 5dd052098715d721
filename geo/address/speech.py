"""What callers say around an address: persons and numbers to forget, complaints to leave aside."""

from __future__ import annotations

import re

from geo.address.vocabulary import SURNAMES, TITLES, generic_end

_HONORIFIC = "|".join(TITLES)
_SURNAME = SURNAMES
_PERSONAL = re.compile(
    # mobile and landline numbers, blanks and dashes inside; identity card numbers
    r"(?:(?:手机|电话|联系方式|联系电话|手机号码?|微信|身份证号?码?|[Tt][Ee][Ll]|phone)"
    r"[:：是为 ]{0,2})?(?<![0-9A-Za-z])(?:\+?86[- ]?)?"
    r"(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]\d{7,8}|\d{17}[0-9Xx]"
    r"|(?<=电话)\d{7,8}|(?<=[话机号码：:])\d{7,8})(?![0-9])"
    # a person right before the number
    rf"|(?<![\u4e00-\u9fff0-9A-Za-z])[{_SURNAME}][\u4e00-\u9fff]{{1,2}}"
    r"(?=[ ,，:：]{0,2}1[3-9]\d{9})"
    # a person: in brackets, by title, by introduction
    rf"|[(（\[【]\s*[{_SURNAME}](?:[\u4e00-\u9fff]{{0,2}}(?:{_HONORIFIC})|[\u4e00-\u9fff]{{1,2}}"
    r"(?<![庄村区院苑园楼里路街巷口期城门桥镇乡县市店厂]))\s*[,，、]?\s*[)）\]】]"
    rf"|(?:我叫|我是|我姓|姓名|联系人|业主|户主|收件人|收货人)[:：是为]?\s*[{_SURNAME}]"
    rf"(?:某某?|[\u4e00-\u9fff]{{0,2}})(?=[,，。;；、\s]|电话|手机|{_HONORIFIC}|$)(?:{_HONORIFIC})?"
    rf"|(?<![\u4e00-\u9fff])[{_SURNAME}][\u4e00-\u9fff]{{0,2}}(?:{_HONORIFIC})(?=[,，。;；、\s]|$)"
)

# words that only a caller begins with, and words that may go on from there
_OPENERS = (
    r"喂|嗯+|呃|哎|诶|你好|您好|请问?|麻烦|劳驾|师傅|帮|那个|就是|[我俺](?:们|家)?|这[里边儿]"
    r"|咨询|投诉|举报|反映"
)
_GOING_ON = (
    r"一下|下|我|们|您|你|想|要|需要|能不能|可不可以|可以|能否|看看?|问问?|查查?|说|报|去|来|到"
    r"|过来|跑|一趟|趟|找|给|让|派|个|人|是|在|住|家|的|这[里边儿]?|那[里边儿]?|有|就|呢|啊|呀"
    r"|哦|吧|快|赶紧|现在|反映|咨询|投诉|举报|[,. ]"
)
_OPENINGS = re.compile(rf"^(?:{_OPENERS})(?:{_OPENERS}|{_GOING_ON})*")
_SITTING = re.compile(
    r"^(?:[我俺](?:们)?(?:家|这(?:里|边|儿)?|那(?:里|边|儿)?)?(?:现在)?"
    r"(?:就?是|就?在|就?住在?|位于|的?地址是?)+|[我俺](?:们)?家?(?=[^家们])"
    r"|家?住(?![建宅房院])(?:址)?(?:在|是|:)?(?=..)|[从由](?=..)|(?:可能|好像|大概|应该|估计|似乎|我?记得)(?:就?是|就?在)?(?=..)|咱们?(?:家|这)?(?=..)|家?就?在(?=..)|就(?:是|在)?(?=..)|家庭?地址[是:]?|(?:详细|具体|现)?(?:地址|住址|位置)(?:就?是|在|为|:)?"
    r"|户籍(?:所在)?地址?[是为:在]?|这(?:里|边|儿)(?:就?是|位于)?|位于|坐落于?|(?:到|去|来|送到|发到|寄到|找)(?=..)"
    r"|(?:有人)?在(?=..)|是(?=..))[,:是在 ]*"
)
_LONGEST_SPEECH = 10
_ONLY_SPEECH = re.compile(
    rf"(?:{_OPENERS}|{_GOING_ON}|对|是的|不好意思|打扰|紧急|急|救命|老[{_SURNAME}]家|小[{_SURNAME}]|大概|应该"
    r"|(?:家庭|详细|具体|现)?(?:地址|住址|位置|地点)|位于|坐落于?|发到|寄到|送到|110|119|120|12345"
    r"|(?:小区|楼盘|社区|地点|住所|坐落|乡镇|街道)(?:名称?)?|(?:现住|户籍)(?:地址?)?|联系地址|门牌[号是]?|省份?|城市|区县|详细|户主|人口|[收寄]件|收件人|收货人|联系人|姓名|所有人|市民|来电人?|诉求人?|居民|群众|业主|其)+"
)
_LABEL = re.compile(r"(?:地点|地址|住址|位置|名称|现场|坐标|门牌|所在|小区|叫|写)[是为:在]?$")
_LEADING = re.compile(r"^(?:那个|这个|那边|这边|上的|的|在|是|就)+(?=..)")
_INSIDE = re.compile(r"(?:里[面边头]|院[内里]|内|里|这边|这里|那边|那里|的|头|[嘛啊呢呀哦吧嘞])+$")


def without_persons(text: str) -> str:
    """Return a text without phone numbers, identity numbers and names of persons.

    What is taken out leaves blanks of the same length, so that places in the text stay. This
    comes before anything else that looks at a query; what was taken out is kept nowhere.
    """
    return _PERSONAL.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return " " * (match.end() - match.start())


def opening_length(text: str) -> int:
    """Return how many characters of a written form are a caller's opening (您好, 我住在 …)."""
    start = 0
    while True:
        match = _OPENINGS.match(text[start:]) or _SITTING.match(text[start:])
        if match is None or not match.end() or start + match.end() >= len(text):
            return start
        start += match.end()


def is_speech(text: str) -> bool:
    """Return whether words of a written form are nothing but a caller's opening."""
    return len(text) <= _LONGEST_SPEECH and bool(_ONLY_SPEECH.fullmatch(text))


def is_label(words: str) -> bool:
    """Return whether words before a name only say that an address follows: 联系人 … 地点."""
    return bool(_LABEL.search(words)) or is_speech(words)


def without_speech(text: str) -> str:
    """Return words of a written form without the speech before and behind them."""
    text = _LEADING.sub("", text[opening_length(text) :])
    return text[: len(text) - inside_words(text)] if text else text


def inside_words(text: str) -> int:
    """Return how many characters at the end only say that something is inside (里面, 院内)."""
    match = _INSIDE.search(text)
    if match is None or match.start() < 2:  # noqa: PLR2004
        return 0
    if match.group(0) in ("里", "头") and len(generic_end(text[: match.start()])) < 2:  # noqa: PLR2004
        return 0  # 永安里 and 桥头 are names, 永安小区里 is inside one
    return len(text) - match.start()
