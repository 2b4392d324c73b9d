"""A folder of Markdown files with YAML front matter, read without a table: files, their settings, their links."""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote

import frontmatter
from yaml import YAMLError, safe_dump

from portal.lib.markdown.fences import changed_words

INDEX = "index.md"
EXACT = "exact"  # in the front matter: blanks around the text belong to it
_INLINE = re.compile(r"(?<=\]\()(?P<to><[^>\n]+>|[^)\s]+)")
_HTML = re.compile(r"""(?P<head><[a-z][^<>]*?\s(?:href|src)=["'])(?P<to>[^"']+)""", re.I)
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)
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

    def settings(self, name: str) -> dict[str, Any]:
        """A mapping of the front matter; empty when there is none."""
        found = self.front.get(name)
        return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}

    def moment(self, name: str) -> datetime | None:
        """A moment of the front matter; without a zone it is UTC."""
        found = self.front.get(name)
        try:
            read = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
        except ValueError:
            return None
        return read if read.tzinfo else read.replace(tzinfo=UTC)

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
    return [_read(path, folder) for path in sorted(folder.rglob("*.md")) if path.is_file()]


def _read(path: Path, folder: Path) -> Leaf:
    name = path.relative_to(folder).as_posix()
    try:
        written = path.read_text(encoding="utf-8-sig")
        post = frontmatter.loads(written)
    except (YAMLError, UnicodeDecodeError, OSError, ValueError) as error:
        return Leaf(name, problem=f"cannot be read: {str(error).splitlines()[0]}")
    body = _FRONT.sub("", written, count=1) if post.metadata.get(EXACT) else post.content
    return Leaf(name, dict(post.metadata), body)


def in_words(stem: str) -> str:
    """A title from a file's name: "on_call-duty" is "On call duty"."""
    words = re.sub(r"[-_]+", " ", stem).strip()
    return words[:1].upper() + words[1:]


def beside(leaf_path: str, path: str) -> str:
    """A path as seen from a leaf, from the folder's root."""
    return normpath(join(dirname(leaf_path), path))


def relink(leaf_path: str, body: str, resolve: Callable[[str], str | None]) -> tuple[str, list[str]]:
    """The body with links to other files replaced by what `resolve(path)` answers; and those that lead nowhere.

    Addresses with a scheme or within the page and everything inside code stay as they are; so do those from the root,
    unless they lead to a file of this folder. A page may be named with or without its ending.
    """
    lost: list[str] = []

    def replaced(to: str) -> str:
        bare = to.removeprefix("<").removesuffix(">")
        path, mark, fragment = bare.partition("#")
        if not path or path.startswith("//") or re.match(r"[a-z][a-z0-9+.-]*:", path, re.I):
            return to
        found = _resolved(leaf_path, unquote(path), resolve)
        if found is None:
            if not path.startswith("/"):
                lost.append(to)
            return to
        return f"{found}{mark}{fragment}"

    return changed_words(body, lambda words: _relinked(words, replaced)), lost


def _resolved(leaf_path: str, path: str, resolve: Callable[[str], str | None]) -> str | None:
    inside = path.strip("/") if path.startswith("/") else normpath(join(dirname(leaf_path), path))
    return resolve(inside) or (resolve(f"{inside}.md") if "." not in inside.rsplit("/", 1)[-1] else None)


def _relinked(words: str, replaced: Callable[[str], str]) -> str:
    words = _INLINE.sub(lambda found: replaced(found["to"]), words)
    words = _HTML.sub(lambda found: found["head"] + replaced(found["to"]), words)
    return _REFERENCE.sub(lambda found: found["head"] + replaced(found["to"]), words)


def written(front: dict[str, Any], body: str) -> str:
    """A file that `read` reads as this front matter and this body, to the last blank."""
    title = front.get("title")
    leaf = Leaf("x.md", {"title": title} if title else {}, body)
    exact = body if leaf.text == body else f"# {title}\n\n{body}"
    if exact == exact.strip() and exact:
        return f"---\n{_yaml(front)}---\n\n{exact}\n"
    return f"---\n{_yaml({**front, EXACT: True})}---\n{exact}" if exact else f"---\n{_yaml(front)}---\n"


def _yaml(front: dict[str, Any]) -> str:
    return safe_dump(front, sort_keys=False, allow_unicode=True, width=120)
