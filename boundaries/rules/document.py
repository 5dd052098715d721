"""Write the page of all rules: ``python -m boundaries.rules.document docs/rules.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from boundaries.rules import RuleInfo, catalogue
from boundaries.scheme import Scheme, default_scheme
from messages import LANGUAGES, say

_SEVERITIES = "EWI"


def document() -> str:
    """Return the page as Markdown: the same rules give the same text."""
    return "\n".join(_lines(catalogue(), default_scheme())) + "\n"


def _lines(rules: tuple[RuleInfo, ...], scheme: Scheme) -> Iterator[str]:
    yield f"# {say('rules.page.title', 'zh')} {say('rules.page.title', 'en')}"
    for part in ("generated", "findings", "severities", "accepted", "thresholds"):
        for language in LANGUAGES:
            yield ""
            yield say(f"rules.page.{part}", language)
    yield ""
    yield "| ID | 级 severity | 核查内容 | what it checks |"
    yield "|---|---|---|---|"
    for info in rules:
        anchor = f"[{info.id}](#{info.id.lower()})"
        yield f"| {anchor} | {info.severity} | {info.title_zh} | {info.title_en} |"
    for family, members in groupby(rules, key=lambda info: info.id[0]):
        yield ""
        zh, en = (say(f"rules.page.family.{family}", language) for language in LANGUAGES)
        yield f"## {family} · {zh} · {en}"
        for info in members:
            yield from _section(info, scheme)


def _section(info: RuleInfo, scheme: Scheme) -> Iterator[str]:
    yield ""
    yield f'### <a id="{info.id.lower()}"></a>{info.id} {info.title_zh} · {info.title_en}'
    yield ""
    grades = sorted(info.severity.split("/"), key=_SEVERITIES.index)
    yield " · ".join(
        f"{say(f'rules.page.severity.{grade}', 'zh')} {say(f'rules.page.severity.{grade}', 'en')}"
        for grade in grades
    )
    yield ""
    yield info.documentation_zh
    yield ""
    yield info.documentation
    if info.thresholds:
        yield ""
        yield from (f"- `{name}` = {_default(scheme, name)}" for name in info.thresholds)


def _default(scheme: Scheme, name: str) -> object:
    return scheme.thresholds[name] if name in scheme.thresholds else getattr(scheme, name)


def main(arguments: list[str]) -> int:
    """Write the page to the path given; without one, print it."""
    if arguments:
        Path(arguments[0]).write_text(document(), encoding="utf-8")
    else:
        sys.stdout.write(document())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
