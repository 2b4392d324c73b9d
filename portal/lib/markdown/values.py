from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Section:
    """What stands under one heading: its anchor (none before the first), the headings it is under, its plain text."""

    anchor: str
    trail: list[str]
    text: str


@dataclass(frozen=True)
class File:
    """A file that an article may show or link by its name. `widths` are a picture's smaller copies (`?w=`), `words` the
    content of a file of captions."""

    url: str
    content_type: str
    width: int | None = None
    height: int | None = None
    alt: str = ""
    is_decorative: bool = False
    widths: Sequence[int] = ()
    words: str = ""

    @property
    def kind(self) -> str:
        """image, video, text …"""
        return self.content_type.partition("/")[0]


@dataclass(frozen=True)
class Surroundings:
    """What an article's Markdown may name: its files, the snippets and terms; and what readers had before.

    `former` is the HTML shown so far: the anchors of headings that were reworded since stay on their successors.
    `aliases` are such anchors known from elsewhere (an import): the old anchor and the present one.
    """

    files: Mapping[str, File] = field(default_factory=dict)
    snippets: Mapping[str, str] = field(default_factory=dict)
    former: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rendered:
    """Safe HTML, its contents (nested: id, title, children), its plain text for search and excerpts; what it uses of
    its surroundings and what is wrong with it: names of no snippet, no file, pictures without words, pasted ones."""

    html: str
    toc: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    uses: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wordless: list[str] = field(default_factory=list)
    has_pasted: bool = False
