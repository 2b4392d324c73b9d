"""Rows out of files: JSON as one document or a line each, and CSV. What is no row is told with its line."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
MOST_BYTES = 2 * 1024**3
_MOST_CELL = 16 * 1024 * 1024


def files_of(folder: Path, name: str, endings: tuple[str, ...]) -> list[Path]:
    """`tickets.json`, and the parts of an export that was split: `tickets-2.json`, `tickets_003.ndjson`."""
    found = [path for path in folder.iterdir() if path.is_file() and path.suffix.lstrip(".").lower() in endings]
    return sorted(path for path in found if path.stem.rstrip("0123456789").rstrip("-_. ") == name)


def rows_of(path: Path, name: str) -> Iterator[tuple[int, Row | str]]:
    """Each row with its line (in one whole document: its place), or a sentence that says why there is none."""
    if path.stat().st_size > MOST_BYTES:
        yield 0, "the file is too large: split it"
    elif path.suffix.lower() == ".csv":
        yield from _csv(path)
    elif _is_by_line(path, name):
        yield from _lines(path)
    else:
        yield from _document(path, name)


def _is_by_line(path: Path, name: str) -> bool:
    """Whether the first line is a row of its own: no list, no document that holds a list of them."""
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        first = next((line for line in lines if line.strip()), "")
    try:
        found = json.loads(first)
    except (ValueError, RecursionError):
        return path.suffix.lower() in (".ndjson", ".jsonl")
    return isinstance(found, dict) and not isinstance(found.get(name), list)


def _lines(path: Path) -> Iterator[tuple[int, Row | str]]:
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, f"this is no JSON: {error}"[:200]
                continue
            yield number, found if isinstance(found, dict) else "this is no JSON object"


def _document(path: Path, name: str) -> Iterator[tuple[int, Row | str]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        yield 0, f"this is no JSON: {error}"[:200]
        return
    rows = found.get(name) if isinstance(found, dict) else found
    if not isinstance(rows, list):
        yield 0, f"there is no list of {name} in it"
        return
    for place, row in enumerate(rows, start=1):
        yield place, row if isinstance(row, dict) else "this is no JSON object"


def _csv(path: Path) -> Iterator[tuple[int, Row | str]]:
    csv.field_size_limit(_MOST_CELL)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        reader = csv.DictReader((line.replace("\x00", "") for line in lines), restkey="")
        try:
            for row in reader:
                extra = row.pop("", None)  # what stands under no heading
                is_short = None in row.values()
                yield reader.line_num, "it has another number of columns than the heading" if extra or is_short else row
        except csv.Error as error:
            yield reader.line_num, f"this is no CSV: {error}"
