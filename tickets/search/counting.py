"""How many tickets each view holds, all in one query, none counted further than anybody reads."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction

from portal.accounts.models import User
from portal.lib.refusals import Refused
from portal.lib.search_terms import read
from tickets.models import QueueView, Ticket
from tickets.querysets import reads_as_staff
from tickets.search.asking import Search

MOST_COUNTED = 99
LONGEST_MS = 2000


def counts(views: Iterable[QueueView], *, reader: User, now: datetime) -> dict[int, int]:
    """By the view's id, up to one more than MOST_COUNTED. A view whose search means nothing any more is not in it.

    Empty when counting takes too long: then the views stand without numbers.
    """
    selects, values, found = [], [], {}
    for view in views:
        try:
            sql, params = _first_rows(view, reader, now)
        except Refused:
            continue
        except EmptyResultSet:
            found[view.pk] = 0
            continue
        selects.append((view.pk, f"(SELECT count(*) FROM ({sql}) AS counted)"))  # noqa: S608  # compiled by Django
        values += params
    if not selects:
        return found
    row = _asked(f"SELECT {', '.join(sql for _pk, sql in selects)}", values)
    return {**found, **dict(zip((pk for pk, _sql in selects), row, strict=True))} if row else {}


def _first_rows(view: QueueView, reader: User, now: datetime) -> tuple[str, list[Any]]:
    search = Search(tuple(read(view.query)))
    seen = Ticket.objects.visible_to(reader) if reads_as_staff(reader) else Ticket.objects.none()
    found = seen.filter(search.condition(reader=reader, now=now))
    sql, params = found.order_by().values("pk")[: MOST_COUNTED + 1].query.sql_with_params()
    return sql, list(params)


def _asked(sql: str, values: list[Any]) -> tuple[int, ...] | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(LONGEST_MS)])
            cursor.execute(sql, values)
            return cursor.fetchone()
    except OperationalError:  # canceled
        return None
