from collections.abc import Mapping
from typing import Any

from django.db import connection, models


def capped(found: Mapping[str, models.QuerySet], most: int) -> dict[str, int]:
    """How many rows each of these holds, none counted further than `most`, in one query: what it costs does not grow
    with the table where an index leads to the first of them."""
    parts: list[str] = []
    values: list[Any] = []
    for rows in found.values():
        sql, params = rows.order_by().values("pk")[:most].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608  # compiled by Django
        values += params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return dict(zip(found, cursor.fetchone(), strict=True))
