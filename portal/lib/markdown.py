"""Markdown to safe HTML: rendered once when an article is saved, sanitised by an explicit allow list.

What is allowed is listed here and nothing else passes: no script, no style, no event attribute, no foreign image.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import Treeprocessor
from pygments.token import STANDARD_TYPES

CALLOUTS = {
    "note",
    "info",
    "tip",
    "warning",
    "caution",
    "attention",
    "danger",
    "error",
    "important",
    "hint",
    "question",
}
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "details": {"open"},
    "img": {"src", "alt", "title", "width", "height"},
    "input": {"checked"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    **{f"h{level}": {"id"} for level in (2, 3, 4, 5, 6)},
}
_TAGS = {
    *_ATTRIBUTES, "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "hr", "ins",
    "kbd", "li", "mark", "p", "pre", "s", "span", "strong", "sub", "summary", "sup", "table", "tbody", "thead", "tr",
    "ul",
}  # fmt: skip
_VALUES: dict[str, dict[str, set[str]]] = {
    "div": {"tabindex": {"0"}},
    "img": {"loading": {"lazy"}},
    "input": {"type": {"checkbox"}},
    "th": {"scope": {"col", "row"}},
}
_CLASSES: dict[str, set[str]] = {
    "a": {"headerlink"},
    "details": CALLOUTS,
    "div": {"admonition", "highlight", "scroll"} | CALLOUTS,
    "li": {"task-list-item"},
    "p": {"admonition-title"},
    "span": {short for short in STANDARD_TYPES.values() if short},
    "ul": {"task-list"},
}
_IDS_OF_THE_PAGE = {"main", "notices", "q", "feedback", "preview"}  # a heading may not take the page's own names


def anchor(heading: str, separator: str) -> str:
    """The stable anchor of a heading: its words in lower case, joined by dashes."""
    slug = slugify_unicode(heading, separator)
    return f"{slug}{separator}section" if slug in _IDS_OF_THE_PAGE else slug


_EXTENSIONS = [
    "admonition", "attr_list", "def_list", "abbr", "sane_lists", "tables", "toc",
    "pymdownx.details", "pymdownx.highlight", "pymdownx.superfences", "pymdownx.tasklist", "pymdownx.tilde",
    "pymdownx.keys", "pymdownx.betterem", "pymdownx.magiclink",
]  # fmt: skip
_OPTIONS: dict[str, dict[str, Any]] = {
    "toc": {"permalink": "#", "permalink_title": "Link to this section", "toc_depth": "2-3", "slugify": anchor},
    "pymdownx.highlight": {"use_pygments": True, "noclasses": False, "guess_lang": False, "anchor_linenums": False},
}
_BLOCK_END = re.compile(r"</(?:p|h\d|li|td|th|tr|pre|div|dt|dd|blockquote|summary|figcaption)>|<br>|<hr>")
_HEADERLINK = re.compile(r'<a class="headerlink".*?</a>|<a href="#[^"]*" class="headerlink".*?</a>', re.S)
_SECTION = re.compile(r'<h([23]) id="([^"]*)">(.*?)</h\1>', re.S)
_ANY_TAG = re.compile(r"<[^>]*>")
_NO_IMAGE = re.compile(r"<img(?![^>]* src=)[^>]*>")
_BLANKS = re.compile(r"[ \t\xa0]+")


@dataclass(frozen=True)
class Section:
    """What stands under one heading: its anchor (none before the first), the headings it is under, its plain text."""

    anchor: str
    trail: list[str]
    text: str


@dataclass(frozen=True)
class Rendered:
    """Safe HTML, its contents (nested: id, title, children) and its plain text for search and excerpts."""

    html: str
    toc: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""


class _Manners(Treeprocessor):
    """Fits the tree to our pages: one h1 per page, tables that scroll on a phone, header cells that say so."""

    def run(self, root: Element) -> None:
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "table":
                    parent[index] = _scrolling(child)
        for heading in root.iter("h1"):
            heading.tag = "h2"
        for named in root.iterfind(".//*[@id]"):
            named.set("id", anchor(named.get("id", ""), "-"))
        for image in root.iter("img"):
            image.set("loading", "lazy")


def _scrolling(table: Element) -> Element:
    for cell in table.iterfind("thead/tr/th"):
        cell.set("scope", "col")
    frame = Element("div", {"class": "scroll", "tabindex": "0"})
    frame.tail, table.tail = table.tail, None
    frame.append(table)
    return frame


class _MannersExtension(Extension):
    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_Manners(md), "portal_manners", 8)  # before toc (5), after inline patterns (20)


def render(source: str) -> Rendered:
    """An article's Markdown as safe HTML with anchors on its headings, its contents and its plain text."""
    md = Markdown(extensions=[*_EXTENSIONS, _MannersExtension()], extension_configs=_OPTIONS, output_format="html")
    safe = _clean(md.convert(source), link_rel="noopener")
    return Rendered(safe, _contents(md.toc_tokens), plain(safe))  # type: ignore[attr-defined]  # set by toc


def render_message(source: str) -> str:
    """Markdown from anybody (a reply, a comment) as safe HTML: no anchors, no images, HTML shown as text."""
    extensions = ["sane_lists", "nl2br", "tables", "pymdownx.superfences", "pymdownx.highlight", "pymdownx.magiclink"]
    md = Markdown(extensions=[*extensions, _MannersExtension()], extension_configs=_OPTIONS_OF_MESSAGES)
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.deregister("html")
    return _clean(md.convert(source), link_rel="noopener noreferrer nofollow ugc", images=False)


_OPTIONS_OF_MESSAGES = {"pymdownx.highlight": _OPTIONS["pymdownx.highlight"]}


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


def plain(safe_html: str) -> str:
    """The words of sanitised HTML, a line per block, without the headings' link marks."""
    bare = _ANY_TAG.sub("", _BLOCK_END.sub("\n", _HEADERLINK.sub("", safe_html)))
    lines = (_BLANKS.sub(" ", line).strip() for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)


def _clean(unsafe: str, *, link_rel: str, images: bool = True) -> str:
    safe = nh3.clean(
        unsafe,
        tags=_TAGS if images else _TAGS - {"img"},
        attributes=_ATTRIBUTES,
        tag_attribute_values=_VALUES,
        allowed_classes=_CLASSES,
        set_tag_attribute_values={"input": {"disabled": "", "aria-label": "Step"}, "pre": {"tabindex": "0"}},
        attribute_filter=_own_images_only,
        clean_content_tags={"script", "style", "title", "template"},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=link_rel,
        strip_comments=True,
    )
    return _NO_IMAGE.sub("", safe)


def _own_images_only(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src") and (not value.startswith("/") or value.startswith(("//", "/\\"))):
        return None
    return value


def _contents(tokens: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": token["id"], "title": html.unescape(token["name"]), "children": _contents(token["children"])}
        for token in tokens
    ]
