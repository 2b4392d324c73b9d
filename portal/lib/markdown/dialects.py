"""Callouts as other houses write them, turned into ours: `> [!NOTE]` and `:::note`."""

import re
from collections.abc import Iterator

from portal.lib.markdown.fences import outside_code

# What a callout may be called, and which of our five tones it has.
TONES = {
    **dict.fromkeys(["note", "info", "important", "question", "abstract", "summary", "example", "quote", "aside"], ""),
    **dict.fromkeys(["seealso", "help", "faq", "todo", "cite", "tldr"], ""),
    **dict.fromkeys(["tip", "hint", "success", "check", "done"], "tip"),
    **dict.fromkeys(["warning", "caution", "attention"], "warning"),
    **dict.fromkeys(["danger", "error", "failure", "fail", "missing", "bug"], "danger"),
}
_QUOTED = re.compile(r"^(?P<indent>\s*)> ?\[!(?P<kind>\w+)\](?P<fold>[+-]?)[ \t]*(?P<title>.*)$")
_COLONS = re.compile(r"^(?P<indent>\s*)(?P<mark>:{3,})\s*(?P<kind>[a-z]+)[ \t]*(?P<title>\S.*)?$", re.I)


def translated(source: str) -> str:
    """The source with foreign callouts as `!!!` and `???` ones. Code stays as it is."""
    if "[!" not in source and ":::" not in source:
        return source
    return "\n".join(_translated(source.split("\n")))


def _translated(lines: list[str]) -> Iterator[str]:
    marked = list(outside_code(lines))
    at = 0
    while at < len(lines):
        line, is_words = marked[at]
        quoted, colons = (_QUOTED.match(line), _COLONS.match(line)) if is_words else (None, None)
        if quoted and quoted["kind"].lower() in TONES:
            body = _quote(lines, at + 1, quoted["indent"])
            yield from _callout(quoted, body)
            at += len(body) + 1
        elif colons and colons["kind"].lower() in TONES and (end := _end(lines, at, colons)):
            yield from _callout(colons, [one.removeprefix(colons["indent"]) for one in lines[at + 1 : end]])
            at = end + 1
        else:
            yield line
            at += 1


def _callout(opening: re.Match[str], body: list[str]) -> Iterator[str]:
    found = opening.groupdict()
    mark = {"+": "???+", "-": "???"}.get(found.get("fold") or "", "!!!")
    title = (found["title"] or "").strip().removeprefix("[").removesuffix("]").replace('"', "”")
    yield ""
    yield f"{found['indent']}{mark} {found['kind'].lower()}" + (f' "{title}"' if title else "")
    for line in _translated(body):
        yield f"{found['indent']}    {line}" if line.strip() else ""
    yield ""


def _quote(lines: list[str], at: int, indent: str) -> list[str]:
    body = []
    for line in lines[at:]:
        if not line.startswith(f"{indent}>"):
            break
        body.append(line[len(indent) + 1 :].removeprefix(" "))
    return body


def _end(lines: list[str], start: int, opening: re.Match[str]) -> int:
    """The line that closes what begins at `start`; 0 when nothing does."""
    depth = 0
    for at in range(start, len(lines)):
        bare = lines[at].strip()
        other = _COLONS.match(lines[at])
        if other and len(other["mark"]) == len(opening["mark"]):
            depth += 1
        elif bare == opening["mark"]:
            depth -= 1
            if depth == 0:
                return at
    return 0
