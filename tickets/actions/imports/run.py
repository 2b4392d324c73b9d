"""One import: batch by batch, each row in a transaction of its own, what came over once never again."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tickets.actions.imports import cells
from tickets.actions.imports.orders import Delivered, Order, Problem, Unreadable
from tickets.actions.imports.reading import Row, files_of, rows_of
from tickets.models import ImportedRow

Maker = Callable[["Run", Row], tuple[int, bool]]  # answers the id here, and whether it speaks for us
_LOCK = 0x1A9D_E5C0  # one import at a time; the number is only a name
Found = tuple[str, int, Row | str]


class Run:
    def __init__(self, order: Order, by: User | None, now: datetime) -> None:
        self.order, self.by, self.now = order, by, now
        self.delivered = Delivered()
        self.comments: dict[str, list[Row]] = {}
        self.place = ("", 0)
        self._here: dict[tuple[str, str], tuple[int, bool]] = {}

    def rows(self, name: str) -> Iterator[Found]:
        for path in files_of(self.order.folder, name, self.order.endings):
            for line, row in rows_of(path, name):
                yield path.name, line, row

    def bring(self, kind: str, name: str, make: Maker) -> None:
        """All rows of a kind; a row that is bad is told of and does not hold up the others."""
        rows = self.rows(name)
        while batch := list(islice(rows, self.order.batch)):
            with transaction.atomic():
                self._one_import_at_a_time()
                known = self._known(kind, batch)
                for found in batch:
                    self._bring_one(kind, found, make, known)
            if self.order.after_each_batch is not None:
                self.order.after_each_batch(self.delivered)

    def here(self, kind: str, source_id: str) -> tuple[int, bool] | None:
        """What a row of the other system became: its id here, and whether it speaks for us."""
        key = (kind, source_id)
        if source_id and key not in self._here:
            rows = ImportedRow.objects.filter(source=self.order.source, kind=kind, source_id=source_id)
            found = rows.values_list("about_id", "speaks_for_us").first()
            if found is None:
                return None
            self._here[key] = found
        return self._here.get(key)

    def remark(self, why: str) -> None:
        self.delivered.remark(Problem(*self.place, why))

    def _bring_one(self, kind: str, found: Found, make: Maker, known: set[str]) -> None:
        file, line, row = found
        self.place = (file, line)
        try:
            if isinstance(row, str):
                raise Unreadable(row)
            source_id = cells.key(row)
            if not source_id:
                raise Unreadable("it has no id")
            if source_id in known:
                self.delivered.known[kind] += 1
                return
            with transaction.atomic():
                about_id, speaks_for_us = make(self, row)
                self._keep(kind, source_id, about_id, speaks_for_us)
        except (Unreadable, Refused, ValidationError, IntegrityError, DataError) as error:
            self.delivered.refuse(kind, Problem(file, line, str(error).split("\n")[0][:200]))
            return
        known.add(source_id)
        self._here[(kind, source_id)] = (about_id, speaks_for_us)
        self.delivered.new[kind] += 1

    def _keep(self, kind: str, source_id: str, about_id: int, speaks_for_us: bool) -> None:
        ImportedRow.objects.create(
            source=self.order.source,
            kind=kind,
            source_id=source_id,
            about_id=about_id,
            speaks_for_us=speaks_for_us,
            imported_at=self.now,
        )

    def _known(self, kind: str, batch: Iterable[Found]) -> set[str]:
        ids = [cells.text(row, "id") for _file, _line, row in batch if not isinstance(row, str)]
        rows = ImportedRow.objects.filter(source=self.order.source, kind=kind, source_id__in=ids)
        return set(rows.values_list("source_id", flat=True))

    @staticmethod
    def _one_import_at_a_time() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def needed(value: Any, why: str) -> Any:
    """The value, unless there is none."""
    if not value:
        raise Unreadable(why)
    return value
