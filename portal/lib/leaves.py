"""A folder of Markdown files with YAML front matter, read without a table: files, their settings, their links."""

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import frontmatter
from yaml import YAMLError

INDEX = "index.md"
_FENCE = re.compile(r"^\s*(```|~~~)")
_INLINE = re.compile(r"(?<=\]\()(?P<to>[^)\s]+)")
_REFERENCE = re.compile(r"^(?P<head>\s{0,3}\[[^\]]+\]:\s+)(?P<to>\S+)")
_HEADING = re.compile(r"\A\s*#\s+(?P<title>[^\n]+?)\s*#*\s*(?:\n|\Z)")


@dataclass(frozen=True)
class Leaf:
    """One file: its path below the folder (with /), its front matter, its Markdown."""

    path: str
    front: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    problem: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders it lies in."""
        return tuple(self.path.split("/")[:-1])

    @property
    def stem(self) -> str:
        return self.path.rsplit("/", 1)[-1].removesuffix(".md")

    @property
    def is_index(self) -> bool:
        return self.path.rsplit("/", 1)[-1] == INDEX

    @property
    def title(self) -> str:
        """From the front matter, else the first heading, else the file's name."""
        heading = _HEADING.match(self.body)
        return str(self.front.get("title") or (heading["title"] if heading else "") or in_words(self.stem))

    @property
    def text(self) -> str:
        """The Markdown without a first heading that only repeats the title."""
        heading = _HEADING.match(self.body)
        return self.body[heading.end() :].lstrip("\n") if heading and heading["title"] == self.title else self.body

    def number(self, name: str, default: int) -> int:
        found = self.front.get(name)
        return found if isinstance(found, int) and found >= 0 else default

    def words(self, name: str) -> list[str]:
        """A list of words, written as a YAML list or separated by commas."""
        found = self.front.get(name) or []
        return [str(word) for word in (found.split(",") if isinstance(found, str) else found)]


def unwrapped(folder: Path, *, but: Container[str]) -> Path:
    """The folder itself, or the only folder in it when that is all it holds (and is not called as one of `but`)."""
    inside = [path for path in folder.iterdir() if not path.name.startswith(".")]
    folders = [path for path in inside if path.is_dir()]
    has_files = any(path.suffix == ".md" for path in inside)
    is_wrapper = len(folders) == 1 and not has_files and folders[0].name not in but
    return unwrapped(folders[0], but=but) if is_wrapper and any(folders[0].glob("*/*.md")) else folder


def read(folder: Path) -> list[Leaf]:
    """All Markdown files below the folder, in the order of their names. An unreadable one says its `problem`."""
    return [_read(path, folder) for path in sorted(folder.rglob("*.md"))]


def _read(path: Path, folder: Path) -> Leaf:
    name = path.relative_to(folder).as_posix()
    try:
        post = frontmatter.loads(path.read_text(encoding="utf-8-sig"))
    except (YAMLError, UnicodeDecodeError, OSError, ValueError) as error:
        return Leaf(name, problem=f"cannot be read: {str(error).splitlines()[0]}")
    return Leaf(name, dict(post.metadata), post.content)


def in_words(stem: str) -> str:
    """A title from a file's name: "on_call-duty" is "On call duty"."""
    words = re.sub(r"[-_]+", " ", stem).strip()
    return words[:1].upper() + words[1:]


def relink(leaf_path: str, body: str, resolve: Callable[[str], str | None]) -> tuple[str, list[str]]:
    """The body with links to other files replaced by what `resolve(path)` answers; and those that lead nowhere.

    Addresses with a scheme, from the root or within the page, and everything inside code fences stay as they are.
    """
    lost: list[str] = []

    def replaced(to: str) -> str:
        path, mark, fragment = to.partition("#")
        if not path or path.startswith("/") or re.match(r"[a-z][a-z0-9+.-]*:", path, re.I):
            return to
        found = resolve(normpath(join(dirname(leaf_path), path)))
        if found is None:
            lost.append(to)
            return to
        return f"{found}{mark}{fragment}"

    return "".join(_relinked(body, replaced)), lost


def _relinked(body: str, replaced: Callable[[str], str]) -> Iterator[str]:
    fence = ""
    for line in body.splitlines(keepends=True):
        opening = _FENCE.match(line)
        if opening and fence in ("", opening[1]):
            fence = "" if fence else opening[1]
        elif not fence:
            line = _INLINE.sub(lambda found: replaced(found["to"]), line)
            line = _REFERENCE.sub(lambda found: found["head"] + replaced(found["to"]), line)
        yield line
