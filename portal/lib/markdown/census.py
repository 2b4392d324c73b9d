"""How many callouts and blocks of code a text has, as written and as rendered: none may get lost on the way."""

import re
from dataclasses import dataclass
from itertools import pairwise

from portal.lib.markdown.dialects import translated
from portal.lib.markdown.fences import outside_code

_CALLOUT = re.compile(r"^\s*(?:(?:!!!|\?\?\?\+?) ?[\w\"]|<details\b)")
_RENDERED_CALLOUT = re.compile(r'<div class="admonition|<details(?! class="transcript")')


@dataclass(frozen=True)
class Census:
    callouts: int = 0
    blocks: int = 0

    def __add__(self, other: "Census") -> "Census":
        return Census(self.callouts + other.callouts, self.blocks + other.blocks)


def written(source: str) -> Census:
    """In Markdown: callouts of every dialect, fenced code."""
    lines = list(outside_code(translated(source).split("\n")))
    callouts = sum(1 for line, is_words in lines if is_words and _CALLOUT.match(line))
    inside = [False, *(not is_words for _line, is_words in lines)]
    begins = sum(1 for before, now in pairwise(inside) if now and not before)
    return Census(callouts, begins)


def rendered(safe_html: str) -> Census:
    """In HTML: callouts open or folded, blocks of code."""
    return Census(len(_RENDERED_CALLOUT.findall(safe_html)), safe_html.count("<pre"))
