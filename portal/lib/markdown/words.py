"""What safe HTML says: as plain text, and cut at its headings."""

import html
import re

from portal.lib.markdown.values import Section

_BLOCK_END = re.compile(r"</(?:p|h\d|li|td|th|tr|pre|div|dt|dd|blockquote|summary|figcaption|section)>|<br>|<hr>")
_HEADERLINK = re.compile(r'<a class="headerlink".*?</a>|<a href="#[^"]*" class="headerlink".*?</a>', re.S)
_SECTION = re.compile(r'<h([23]) id="([^"]*)">(.*?)</h\1>', re.S)
_ANY_TAG = re.compile(r"<[^>]*>")
_BLANKS = re.compile(r"[ \t\xa0]+")


def plain(safe_html: str) -> str:
    """The words of sanitised HTML, a line per block, without the headings' link marks."""
    bare = _ANY_TAG.sub("", _BLOCK_END.sub("\n", _HEADERLINK.sub("", safe_html)))
    lines = (_BLANKS.sub(" ", line).strip() for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)


def sections(safe_html: str) -> list[Section]:
    """Sanitised HTML cut at its h2 and h3; a piece without words of its own is left out."""
    found, anchor_of, trail = [], "", [""]
    pieces = _SECTION.split(safe_html)
    for level, heading_id, heading, body in zip(
        ["", *pieces[1::4]], ["", *pieces[2::4]], ["", *pieces[3::4]], [pieces[0], *pieces[4::4]], strict=True
    ):
        if level:
            anchor_of, trail = heading_id, [*trail[: int(level) - 2], plain(heading)]
        text = plain(body)
        if text:
            found.append(Section(anchor_of, [one for one in trail if one], text))
    return found
