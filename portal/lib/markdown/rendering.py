import html
import re
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension

from portal.lib.markdown.anchors import HeadingIds, anchor, with_former
from portal.lib.markdown.cleaning import cleaned
from portal.lib.markdown.dialects import translated
from portal.lib.markdown.fences import changed_words
from portal.lib.markdown.manners import Manners, wordless
from portal.lib.markdown.media import Found, Media
from portal.lib.markdown.terms import expanded
from portal.lib.markdown.values import Rendered, Surroundings
from portal.lib.markdown.words import plain

_EXTENSIONS = [
    "admonition", "attr_list", "def_list", "abbr", "sane_lists", "tables", "toc",
    "pymdownx.details", "pymdownx.highlight", "pymdownx.superfences", "pymdownx.tabbed", "pymdownx.tasklist",
    "pymdownx.tilde", "pymdownx.keys", "pymdownx.betterem", "pymdownx.magiclink",
]  # fmt: skip
_OPTIONS: dict[str, dict[str, Any]] = {
    "toc": {"permalink": "#", "permalink_title": "Link to this section", "toc_depth": "2-3", "slugify": anchor},
    "pymdownx.highlight": {"use_pygments": True, "noclasses": False, "guess_lang": False, "anchor_linenums": False},
    "pymdownx.superfences": {"preserve_tabs": True},  # who copies a Makefile gets one
}
_OPTIONS_OF_MESSAGES = {"pymdownx.highlight": _OPTIONS["pymdownx.highlight"]}
_PASTED = re.compile(r"""(?:\]\(\s*<?|\bsrc\s*=\s*["']?|^\s{0,3}\[[^\]]+\]:\s*<?)\s*data:""", re.I)


class _HouseStyle(Extension):
    """Ours, after attributes were read (8) and words made (20), before the contents are listed (5)."""

    def __init__(self, around: Surroundings, found: Found) -> None:
        super().__init__()
        self.around, self.found = around, found

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(Manners(md), "portal_manners", 7.5)
        md.treeprocessors.register(Media(md, self.around, self.found), "portal_media", 7)
        md.treeprocessors.register(HeadingIds(md), "portal_headings", 6.5)


def render(source: str, around: Surroundings | None = None) -> Rendered:
    """An article's Markdown as safe HTML with anchors on its headings, its contents and its plain text.

    Looks up nothing itself: files, snippets and what readers had before are in `around`.
    """
    given, found = around or Surroundings(), Found()
    filled = expanded(source, given.snippets)
    extensions: list[str | Extension] = [*_EXTENSIONS, _HouseStyle(given, found)]
    md = Markdown(extensions=extensions, extension_configs=_OPTIONS, output_format="html")
    own = {name: file.url for name, file in given.files.items()}
    safe = cleaned(md.convert(translated(filled.source)), link_rel="noopener", own=own)
    safe = with_former(safe, given.former, given.aliases)
    return Rendered(
        html=safe,
        toc=_contents(md.toc_tokens),  # type: ignore[attr-defined]  # set by toc
        text=plain(safe),
        uses=filled.uses,
        unknown=filled.unknown,
        lost=sorted(found.lost),
        wordless=wordless(safe),
        has_pasted=_has_pasted(source),
    )


def render_message(source: str) -> str:
    """Markdown from anybody (a reply, a comment) as safe HTML: no anchors, no images, HTML shown as text."""
    extensions = ["sane_lists", "nl2br", "tables", "pymdownx.superfences", "pymdownx.highlight", "pymdownx.magiclink"]
    md = Markdown(extensions=extensions, extension_configs=_OPTIONS_OF_MESSAGES)
    md.treeprocessors.register(Manners(md), "portal_manners", 7.5)
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.deregister("html")
    return cleaned(md.convert(source), link_rel="noopener noreferrer nofollow ugc", media=False)


def _has_pasted(source: str) -> bool:
    """A picture stands in the text itself (data:…), not beside it as a file."""
    found: list[str] = []

    def look(words: str) -> str:
        found.extend(_PASTED.findall(words))
        return words

    changed_words(source, look)
    return bool(found)


def _contents(tokens: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": token["id"], "title": html.unescape(token["name"]), "children": _contents(token["children"])}
        for token in tokens
    ]
