"""Where code begins and ends in Markdown, for whoever changes the words around it and not the code."""

import re
from collections.abc import Callable, Iterable, Iterator

_FENCE = re.compile(r"^[\s>]*(?P<mark>`{3,}|~{3,})(?P<rest>.*)$")
_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")


def outside_code(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it stands outside fenced code (the fences themselves are inside)."""
    fence = ""
    for line in lines:
        found = _FENCE.match(line.rstrip("\n"))
        if not found:
            yield line, not fence
            continue
        mark, closes = found["mark"], bool(fence)
        is_pair = mark[0] == fence[:1] and len(mark) >= len(fence) and not found["rest"].strip()
        if not closes and not (mark[0] == "`" and "`" in found["rest"]):
            fence = mark
            yield line, False
            continue
        yield line, not fence
        if closes and is_pair:
            fence = ""


def changed_words(source: str, change: Callable[[str], str]) -> str:
    """The source with `change` applied to everything that is no code: neither fenced nor between backticks."""
    return "".join(
        _around_spans(line, change) if is_words else line
        for line, is_words in outside_code(source.splitlines(keepends=True))
    )


def _around_spans(line: str, change: Callable[[str], str]) -> str:
    made, at = [], 0
    for span in _SPAN.finditer(line):
        made += [change(line[at : span.start()]), span[0]]
        at = span.end()
    return "".join([*made, change(line[at:])])
