"""What differs between two texts: lines side by side, and in changed lines the words. Values; templates escape."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
MOST_WORDS = 400  # a longer line is shown as changed altogether
_AROUND = 3  # lines that are the same, shown before and after a change


@dataclass(frozen=True)
class Piece:
    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class Row:
    """A line before and after: `kind` is same, changed, removed, added or gap (so many lines that are the same)."""

    kind: str
    old: list[Piece] = field(default_factory=list)
    new: list[Piece] = field(default_factory=list)
    skipped: int = 0


def compared(old: str, new: str) -> list[Row]:
    """Rows of both texts; long stretches that are the same are folded."""
    before, after = old.splitlines(), new.splitlines()
    rows: list[Row] = []
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (tag, a, b, c, d) in enumerate(steps):
        if tag == "equal":
            rows += _folded(before[a:b], is_first=number == 0, is_last=number == len(steps) - 1)
        else:
            rows += _changed(before[a:b], after[c:d])
    return rows


def _folded(lines: list[str], *, is_first: bool, is_last: bool) -> Iterator[Row]:
    head, tail = (0 if is_first else _AROUND), (0 if is_last else _AROUND)
    if len(lines) <= head + tail + 1:
        yield from (_same(line) for line in lines)
        return
    yield from (_same(line) for line in lines[:head])
    yield Row("gap", skipped=len(lines) - head - tail)
    yield from (_same(line) for line in lines[len(lines) - tail :])


def _same(line: str) -> Row:
    return Row("same", [Piece(line)], [Piece(line)])


def _changed(before: list[str], after: list[str]) -> Iterator[Row]:
    for old, new in zip_longest(before, after):
        if old is None:
            yield Row("added", new=[Piece(new, is_changed=True)])
        elif new is None:
            yield Row("removed", old=[Piece(old, is_changed=True)])
        else:
            yield Row("changed", *_words(old, new))


def _words(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > MOST_WORDS:
        return [Piece(old, is_changed=True)], [Piece(new, is_changed=True)]
    left, right = [], []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        is_changed = tag != "equal"
        left.append(Piece("".join(before[a:b]), is_changed))
        right.append(Piece("".join(after[c:d]), is_changed))
    return [one for one in left if one.text], [one for one in right if one.text]
