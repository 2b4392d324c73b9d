"""Loads rows by COPY: a hundred thousand tickets in seconds, through the models' own fields."""

from collections.abc import Iterable
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models


def copy(
    model: type[models.Model], rows: Iterable[dict[str, Any]], *, fields: list[str], is_plain: bool = False
) -> None:
    """Copies rows given as dicts of `fields` (attribute names such as `organization_id`); others take their default.

    Columns with a default in the database are left to it unless they are named. `is_plain`: each row is as the database
    takes it, and is not prepared field by field, which takes most of the time of a long load.
    """
    meta = model._meta
    columns = [
        field
        for field in meta.concrete_fields
        if field.attname in fields
        or (not field.primary_key and not field.has_db_default() and not getattr(field, "generated", False))
    ]
    names = ", ".join(f'"{field.column}"' for field in columns)
    usual = [(field.attname, _value(field, {})) for field in columns] if is_plain else []
    with connection.cursor() as cursor, cursor.copy(f'COPY "{meta.db_table}" ({names}) FROM STDIN') as stream:
        for row in rows:
            stream.write_row(
                [row.get(name, value) for name, value in usual] if usual else [_value(field, row) for field in columns]
            )
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _value(field: Any, row: dict[str, Any]) -> Any:
    value = row[field.attname] if field.attname in row else field.get_default()
    return field.get_db_prep_save(value, connection)
