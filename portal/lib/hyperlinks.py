"""The links of rendered HTML and how they are written in its Markdown. Knows no table."""

import html
import re
from collections.abc import Mapping

_LINK = re.compile(r"<a\b(?P<attributes>[^>]*)>", re.I)
_HREF = re.compile(r"""\bhref=(?:"([^"]*)"|'([^']*)')""", re.I)
_ID = re.compile(r"""<[a-z][^>]*?\sid="([^"]+)\"""", re.I)
_FENCED = re.compile(r"^(?P<fence>```+|~~~+)[^\n]*\n.*?^(?P=fence)[^\n]*$", re.M | re.S)


def hyperlinks(safe_html: str) -> list[str]:
    """The addresses that sanitised HTML links to, each once, as they are written; without marks beside headings."""
    found: dict[str, None] = {}
    for link in _LINK.finditer(safe_html):
        attributes = link["attributes"]
        href = _HREF.search(attributes)
        if href and "headerlink" not in attributes:
            found.setdefault(html.unescape(href[1] if href[1] is not None else href[2]).strip())
    return [one for one in found if one]


def anchors(safe_html: str) -> set[str]:
    """What can stand behind a # of this page."""
    return {html.unescape(one) for one in _ID.findall(safe_html)}


def relinked(markdown: str, new: Mapping[str, str]) -> str:
    """Markdown with the addresses of its links replaced by those given; code is left as it is."""
    if not new:
        return markdown
    either = "|".join(re.escape(old) for old in sorted(new, key=len, reverse=True))
    written = re.compile(
        rf"""(?P<before>\]\(\s*<?|^[ ]{{0,3}}\[[^\]\n]+\]:\s*<?|href=["']|<)(?P<old>{either})(?=[\s)>"']|$)""", re.M
    )
    pieces, at = [], 0
    for fence in _FENCED.finditer(markdown):
        pieces += [_swapped(written, markdown[at : fence.start()], new), fence[0]]
        at = fence.end()
    return "".join([*pieces, _swapped(written, markdown[at:], new)])


def _swapped(written: re.Pattern[str], words: str, new: Mapping[str, str]) -> str:
    return written.sub(lambda found: found["before"] + new[found["old"]], words)
