"""Queries of the busiest pages, their SQL put together once per process.

Django puts the SQL of a query together each time it is asked. For a short query that takes several times as long as the
database needs to answer it, and a page asks ten.
"""

import re
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import CursorMixin
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from psycopg import RawCursor

_KINDS = (int, str, datetime)


Tell = Callable[[list[Any], Any], Any]  # what a row says, its values converted, of a database


@dataclass(frozen=True)
class _Written:
    """A query whose compiler has done its work, and where in its parameters each value belongs."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int, type], ...]  # of a parameter, of the value, and the type it is handed over in
    converters: tuple[tuple[int, list[Any], Any], ...]  # of a column, what converts it, its expression
    tell: Tell

    def filled(self, values: tuple[Any, ...]) -> list[Any]:
        params = list(self.params)
        for place, value, kind in self.places:
            params[place] = kind(values[value]) if kind is not datetime else values[value]
        return params

    def told(self, rows: list[Any], database: Any) -> list[Any]:
        return [self.tell(self._converted(row, database), database.alias) for row in rows]

    def _converted(self, row: Any, database: Any) -> list[Any]:
        values = list(row)
        for column, converters, expression in self.converters:
            for converted in converters:
                values[column] = converted(values[column], expression, database)
        return values


class Prepared:
    """`Prepared(lambda ticket, *, staff: Message.objects.…)`, asked as `messages(ticket.pk, staff=True)`.

    The function gets the values by place (each an int, str or datetime, as many as you like) and makes a query set of
    whole models (select_related and annotations are kept, prefetches are not) or of `values_list(…, named=True)`. It is
    called once for each combination of what is given by name and of the number of values, so both may change the query.
    Of each value only the type is known then: it must stand in the query as it is, in a comparison or a list, not in a
    part of a text. Raises ValueError at the first call where a value cannot be found again in the query. The database
    plans the query once per connection too (see `planned_cursor`), so let few combinations be possible.
    """

    def __init__(self, made: Callable[..., QuerySet[Any, Any]]) -> None:
        self.made = made
        self._written: dict[Any, _Written] = {}

    def __call__(self, *values: Any, **shape: Any) -> list[Any]:
        """The rows as the query set would give them. One query."""
        written = self._written_for(values, shape)
        with planned_cursor() as cursor:
            cursor.execute(written.sql, written.filled(values))
            rows = cursor.fetchall()
        return written.told(rows, connections[DEFAULT_DB_ALIAS])

    def in_sql(self, *values: Any, **shape: Any) -> tuple[str, tuple[Any, ...]]:
        """The SQL and its parameters alone, to stand within a query that is written by hand."""
        written = self._written_for(values, shape)
        return written.sql, tuple(written.filled(values))

    def _written_for(self, values: tuple[Any, ...], shape: dict[str, Any]) -> _Written:
        key = (tuple(map(type, values)), tuple(sorted(shape.items())))
        written = self._written.get(key)
        if written is None:
            written = self._written[key] = _write(self.made, values, shape)
        return written


def _write(made: Callable[..., QuerySet[Any, Any]], values: tuple[Any, ...], shape: dict[str, Any]) -> _Written:
    marks = [_mark(value, place) for place, value in enumerate(values)]
    queryset = made(*marks, **shape)
    compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    places = [
        (place, marks.index(param), type(param))
        for place, param in enumerate(params)
        if isinstance(param, _KINDS) and param in marks
    ]
    if {value for _place, value, _kind in places} != set(range(len(marks))):
        raise ValueError(f"Not each value stands in the query as it is: {sql}")
    found = compiler.get_converters([chosen[0] for chosen in compiler.select[: compiler.col_count]])
    converters = tuple((column, how, expression) for column, (how, expression) in found.items())
    tell = _as_model(compiler) if queryset._iterable_class is ModelIterable else _as_line(queryset)
    return _Written(sql, tuple(params), tuple(places), converters, tell)


def _as_line(queryset: Any) -> Tell:
    named: Callable[..., Any] = namedtuple  # its fields are known at run time alone
    line = named("Line", queryset._fields)._make
    return lambda row, _alias: line(row)


def _as_model(compiler: Any) -> Tell:
    """As `ModelIterable` does; what is the same for each row and call is found here."""
    model, columns = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    begin, end = columns[0], columns[-1] + 1
    names = [chosen[0].target.attname for chosen in compiler.select[begin:end]]
    related: Any = get_related_populators  # the stubs know a newer one
    others = related(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)
    annotations = tuple((compiler.annotation_col_map or {}).items())

    def told(row: list[Any], alias: str) -> Any:
        one = model.from_db(alias, names, row[begin:end])
        for other in others:
            other.populate(row, one)
        for name, column in annotations:
            setattr(one, name, row[column])
        return one

    return told


def _mark(value: Any, place: int) -> int | str | datetime:
    """A value of the same type that no query holds by chance."""
    if isinstance(value, datetime):
        return datetime(1582, 10, 15, 12, 34, 56, 1000 + place, tzinfo=UTC)
    return 2_147_000_000 + place if isinstance(value, int) else f"mark {place} of a prepared query"


class _PlannedCursor(CursorMixin, RawCursor[Any]):
    """Takes `%s` as every cursor of Django does, and numbers them once per text: psycopg would look through a large
    statement again at each call."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(_numbered(query), params, **options)


@lru_cache(maxsize=512)
def _numbered(sql: str) -> bytes:
    """The statement as the database reads it: $1, $2 for its values, and %% as the sign itself."""
    numbers = count(1)
    return _SIGN.sub(lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", sql).encode()


_SIGN = re.compile("%%|%s")


def planned_cursor() -> Any:
    """A cursor for the few large statements that take the database as long to plan as to answer: it plans them once per
    connection (psycopg's prepared statements), and again when the statistics of a table change. Only for SQL of which
    there are few texts; values are bound by the server, so their types may have to be written out (`%s::bigint[]`).
    A log of queries counts them but does not hold their text."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    database.connection.prepare_threshold = 0
    return database._prepare_cursor(_PlannedCursor(database.connection))
