"""What a person wrote, as safe HTML: plain text with a little Markdown. No raw HTML, no images, no headings.

Anything that looks like HTML is shown as the text it is. Links are recognized by themselves and open without telling
where the reader came from.
"""

import xml.etree.ElementTree as ElementTree
from re import Match

import nh3
from django.utils.html import linebreaks
from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

_TAGS = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a"}
_BLOCKS_LEFT_OUT = ("hashheader", "setextheader", "hr", "reference")
_INLINES_LEFT_OUT = (
    "html", "image_link", "image_reference", "short_image_ref", "reference", "short_reference", "link",
)  # fmt: skip
_URL = r"https?://[^\s<>\"'`\[\]]+"
_NAMED_LINK = r"\[([^\[\]\n]{1,200})\]\((https?://[^\s()<>]{1,2000})\)"
_NOT_PART_OF_A_URL = ".,;:!?*_"


class _BareLink(InlineProcessor):
    """An address in running text becomes a link; punctuation that ends the sentence stays outside."""

    ANCESTOR_EXCLUDES = ("a", "code")

    def handleMatch(  # type: ignore[override]  # the base class allows both shapes
        self, found: Match[str], _text: str
    ) -> tuple[ElementTree.Element, int, int]:
        address = found.group(0).rstrip(_NOT_PART_OF_A_URL)
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(")").rstrip(_NOT_PART_OF_A_URL)
        link = ElementTree.Element("a", {"href": address})
        link.text = address
        return link, found.start(0), found.start(0) + len(address)


class _NamedLink(InlineProcessor):
    """`[text](https://…)`. The library's own pattern takes quadratic time over a row of brackets; this one does not."""

    ANCESTOR_EXCLUDES = ("a", "code")

    def handleMatch(  # type: ignore[override]  # likewise
        self, found: Match[str], _text: str
    ) -> tuple[ElementTree.Element, int, int]:
        link = ElementTree.Element("a", {"href": found.group(2)})
        link.text = found.group(1)
        return link, found.start(0), found.end(0)


def _renderer() -> Markdown:
    renderer = Markdown(extensions=["nl2br", "sane_lists", "fenced_code"], output_format="html")
    renderer.preprocessors.deregister("html_block")
    for name in _BLOCKS_LEFT_OUT:
        renderer.parser.blockprocessors.deregister(name)
    for name in _INLINES_LEFT_OUT:
        renderer.inlinePatterns.deregister(name)
    renderer.inlinePatterns.register(_NamedLink(_NAMED_LINK), "named_link", 160)
    renderer.inlinePatterns.register(_BareLink(_URL), "bare_link", 115)
    return renderer


def as_html(text: str) -> str:
    """The sanitized HTML of a message. Whatever the text, this answers: what Markdown chokes on is shown plain."""
    try:
        rendered = _renderer().convert(text)
    except RecursionError:
        rendered = linebreaks(text, autoescape=True)
    return nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
