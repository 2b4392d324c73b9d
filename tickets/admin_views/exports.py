from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse

from tickets.admin_views.reports import csv_of
from tickets.querysets import SHEET, TicketQuerySet

_AT_ONCE = 1000


def tickets_csv(found: TicketQuerySet) -> HttpResponse:
    """A line per ticket, sent while it is read: neither the rows nor the file stand in memory."""
    return csv_of("tickets", _rows(found))  # type: ignore[return-value]  # a streamed answer


def _rows(found: TicketQuerySet) -> Iterator[list[Any]]:
    yield list(SHEET)
    for line in found.sheet_lines().iterator(chunk_size=_AT_ONCE):
        yield [", ".join(cell) if isinstance(cell, list) else cell for cell in line]
