"""Foreign HTML as Markdown: its words and their shape come over, nothing of the HTML itself does."""

import re
from html.parser import HTMLParser

_SKIPPED = {"script", "style", "head", "template", "iframe", "object", "svg", "title"}
_HEADINGS = {f"h{level}": "#" * max(level, 2) for level in range(1, 7)}
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "s": "~~", "del": "~~"}
_BLOCKS = {"p", "div", "section", "article", "table", "figure", "dl", "dt", "dd", "tr", "center", "header", "footer"}
_BEGINS = {
    "blockquote": "\n\n> ",
    "hr": "\n\n---\n\n",
    "pre": "\n\n```\n",
    "td": " ",
    "th": " ",
    **{tag: f"\n\n{mark} " for tag, mark in _HEADINGS.items()},
}
_SAFE = re.compile(r"(?:https?://|mailto:|tel:|/(?!/)|#)", re.I)
_MOST_DEEP = 40


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.skipping = 0
        self.lists: list[str] = []
        self.links: list[str] = []
        self.quotes = 0
        self.pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _SKIPPED:
            self.skipping += 1
        elif self.skipping:
            return
        elif tag in _MARKS and not self.pre:
            self.out.append(_MARKS[tag])
        elif tag == "a":
            target = given.get("href", "").strip()
            self.links.append(target if _SAFE.match(target) and not re.search(r"[\s()<>]", target) else "")
            self.out.append("[" if self.links[-1] else "")
        else:
            self._block(tag, given)

    def _block(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("ul", "ol"):
            self.lists = [*self.lists, tag][-_MOST_DEEP:]
            self.out.append("\n\n" if len(self.lists) == 1 else "")
        elif tag == "li":
            mark = "1." if self.lists and self.lists[-1] == "ol" else "-"
            self.out.append(f"\n{'    ' * max(len(self.lists) - 1, 0)}{mark} ")
        elif tag == "br":
            self.out.append("\n" if self.pre else "  \n")
        elif tag == "img" and given.get("alt"):
            self.handle_data(f"[{given['alt']}]")
        elif tag in _BLOCKS:
            self.out.append("\n\n" if not self.lists else " ")
        else:
            self.pre += tag == "pre"
            self.out.append(_BEGINS.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self.skipping = max(self.skipping - 1, 0)
        elif self.skipping:
            return
        elif tag in _MARKS and not self.pre:
            self.out.append(_MARKS[tag])
        elif tag == "a" and self.links:
            target = self.links.pop()
            self.out.append(f"]({target})" if target else "")
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
            self.out.append("" if self.lists else "\n\n")
        elif tag == "pre" and self.pre:
            self.pre -= 1
            self.out.append("\n```\n\n")
        elif tag in _HEADINGS or tag in _BLOCKS or tag == "blockquote":
            self.out.append("\n\n" if not self.lists else "")

    def handle_data(self, words: str) -> None:
        if self.skipping:
            return
        if self.pre:
            self.out.append(words.replace("```", "` ` `"))
            return
        self.out.append(re.sub(r"\s+", " ", words).replace("<", "&lt;").replace("{{", "{ {"))


def as_markdown(html: str) -> str:
    """The HTML's words as Markdown that a strict renderer shows alike: headings, lists, links, code. What could act
    (scripts, styles, frames, pictures from elsewhere) is gone, and a `<` in the words stays a word."""
    writer = _Writer()
    writer.feed(html.replace("\x00", ""))
    writer.close()
    text = "".join([*writer.out, "\n```\n" * bool(writer.pre)])
    text = re.sub(r"[ \t]+\n", lambda found: "  \n" if found[0] == "  \n" else "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
