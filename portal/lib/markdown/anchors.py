"""Anchors of headings that stay: from their words, pinned by the author, or kept from what they were called before."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.toc import render_inner_html, run_postprocessors, slugify_unicode, strip_tags
from markdown.treeprocessors import Treeprocessor

from portal.lib.markdown.words import plain

# A heading may not take the page's own names.
IDS_OF_THE_PAGE = {"main", "notices", "q", "feedback", "preview", "conversation", "results", "toc-title"}
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_HEADING = re.compile(r'<h([2-6]) id="([^"]*)">((?:<span id="[^"]*"></span>)*)(.*?)</h\1>', re.S)
_ALIAS = re.compile(r'<span id="([^"]*)"></span>')
_ALIKE = 0.3


def anchor(heading: str, separator: str) -> str:
    """The stable anchor of a heading: its words in lower case, joined by dashes."""
    slug = slugify_unicode(heading, separator)
    return f"{slug}{separator}section" if slug in IDS_OF_THE_PAGE else slug


class HeadingIds(Treeprocessor):
    """Gives each heading its id: the pinned one, else its words; a repeated one is named after the heading above it."""

    def run(self, root: Element) -> None:
        for named in root.iterfind(".//*[@id]"):
            named.set("id", anchor(named.get("id", ""), "-"))
        headings = [one for one in root.iter() if one.tag in _LEVELS]
        taken = {one.get("id", "") for one in headings} - {""}
        above: list[tuple[int, str]] = []
        for heading in headings:
            level = _LEVELS[heading.tag]
            above = [one for one in above if one[0] < level]
            if not heading.get("id"):
                heading.set("id", _free(_words(heading, self.md), above[-1][1] if above else "", taken))
            taken.add(heading.get("id", ""))
            above.append((level, heading.get("id", "")))


def _words(heading: Element, md: Markdown) -> str:
    inner = run_postprocessors(render_inner_html(heading, md), md)
    return anchor(html.unescape(strip_tags(inner)), "-") or "section"


def _free(slug: str, parent: str, taken: set[str]) -> str:
    if slug not in taken:
        return slug
    qualified = f"{parent}-{slug}" if parent else slug
    wanted, number = qualified, 2
    while wanted in taken:
        wanted, number = f"{qualified}-{number}", number + 1
    return wanted


@dataclass(frozen=True)
class _Heading:
    level: str
    anchor: str
    aliases: tuple[str, ...]
    title: str
    text: str

    @property
    def anchors(self) -> tuple[str, ...]:
        return (self.anchor, *self.aliases)

    def likeness(self, other: "_Heading") -> float:
        title = SequenceMatcher(None, self.title.lower(), other.title.lower()).ratio()
        text = SequenceMatcher(None, self.text.split()[:200], other.text.split()[:200]).ratio()
        return (title + text) / 2 if self.text or other.text else title


def with_former(safe_html: str, former: str, aliases: Mapping[str, str]) -> str:
    """The HTML with empty anchors on its headings for what they were called in `former`, and for `aliases`."""
    if not former and not aliases:
        return safe_html
    present = _headings(safe_html)
    ids = {one.anchor for one in present}
    kept: dict[str, list[str]] = {}
    for old, new in [*_successors(_headings(former), present), *aliases.items()]:
        if old not in ids and new in ids and old not in IDS_OF_THE_PAGE:
            ids.add(old)
            kept.setdefault(new, []).append(old)

    def told(found: re.Match[str]) -> str:
        spans = "".join(f'<span id="{html.escape(old)}"></span>' for old in kept.get(html.unescape(found[2]), []))
        opening = f'<h{found[1]} id="{found[2]}">'
        return f"{opening}{spans}{found[0].removeprefix(opening)}"

    return _HEADING.sub(told, safe_html)


def aliases_of(safe_html: str) -> dict[str, str]:
    """The anchors kept from before, each with the present one."""
    return {old: heading.anchor for heading in _headings(safe_html) for old in heading.aliases}


def _headings(safe_html: str) -> list[_Heading]:
    found = list(_HEADING.finditer(safe_html))
    ends = [*(one.start() for one in found[1:]), len(safe_html)]
    return [
        _Heading(
            level=one[1],
            anchor=html.unescape(one[2]),
            aliases=tuple(html.unescape(alias) for alias in _ALIAS.findall(one[3])),
            title=plain(one[4]),
            text=plain(safe_html[one.end() : end]),
        )
        for one, end in zip(found, ends, strict=False)
    ]


def _successors(former: list[_Heading], present: list[_Heading]) -> list[tuple[str, str]]:
    """Each former anchor with the heading that stands for it now: of the same anchor, else the likeliest there."""
    by_anchor = {one.anchor: one for one in present}
    pairs = [(old, by_anchor[old.anchor]) for old in former if old.anchor in by_anchor]
    found = SequenceMatcher(None, [one.anchor for one in former], [one.anchor for one in present], autojunk=False)
    for kind, i1, i2, j1, j2 in found.get_opcodes():
        if kind == "replace":
            gone = [old for old in former[i1:i2] if old.anchor not in by_anchor]
            fresh = [new for new in present[j1:j2] if new.anchor not in {old.anchor for old in former}]
            pairs += _likeliest(gone, fresh)
    return [(name, new.anchor) for old, new in pairs for name in old.anchors]


def _likeliest(gone: list[_Heading], fresh: list[_Heading]) -> list[tuple[_Heading, _Heading]]:
    ranked = sorted(((old.likeness(new), old, new) for old in gone for new in fresh), key=lambda one: -one[0])
    pairs: list[tuple[_Heading, _Heading]] = []
    for likeness, old, new in ranked:
        is_free = all(old is not one and new is not other for one, other in pairs)
        if is_free and (likeness >= _ALIKE or len(gone) == len(fresh) == 1):
            pairs.append((old, new))
    return pairs
