"""Tables for spreadsheet programs: CSV whose cells are never run as formulas, written line by line."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(cell: Any) -> Any:
    """The cell as a spreadsheet program shows it and never runs it: text that begins like a formula gets an apostrophe
    in front, also behind blanks. Numbers stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.lstrip(" \n\u00a0\ufeff").startswith(_BEGINS_A_FORMULA) else cell


class _Line:
    """Hands back what the csv module writes."""

    def write(self, line: str) -> str:
        return line


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """One line of CSV per row; the first begins with the mark by which spreadsheet programs know UTF-8."""
    writer: Any = csv.writer(_Line())
    mark = "\ufeff"
    for row in rows:
        yield mark + writer.writerow([neutral(cell) for cell in row])
        mark = ""
