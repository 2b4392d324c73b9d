"""Markdown for short public notes: paragraphs, emphasis, links, lists and code; no headings, images or raw HTML."""

import re

import markdown
import nh3

_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "code", "pre", "blockquote"}
_BARE_ADDRESS = re.compile(r"(?<![\w(<\"'\[])(https?://[^\s<>()]+[^\s<>().,;:!?])")


def to_html(text: str) -> str:
    """Sanitized HTML of a note. Links are marked so that they pass on neither rank nor referrer."""
    linked = _BARE_ADDRESS.sub(r"<\1>", text)
    rendered = markdown.markdown(linked, extensions=["sane_lists", "nl2br"], output_format="html")
    return nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
