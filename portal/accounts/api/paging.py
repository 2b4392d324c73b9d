"""Pages of lists by keyset: a signed cursor says after which row the next page begins, so no row is skipped or told
twice while others come and go, and the last page costs what the first one does."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.signing import BadSignature, dumps, loads
from django.db.models import Q, QuerySet
from pydantic import Field

from portal.accounts.api.schemas import Given, Told
from portal.lib.refusals import Refused

_SALT = "api.cursor"
Item = TypeVar("Item")


class Listing(Given):
    """What every list takes."""

    limit: int = Field(50, ge=1, le=100, description="How many at most.")
    cursor: str = Field("", max_length=1000, description="`next` of the page before; empty for the first page.")


class Paged(Told, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


@dataclass(frozen=True)
class Sort:
    """An order that a list may have: a column that is never null, the row's number to break ties."""

    column: str
    is_down: bool = False

    @property
    def order(self) -> list[str]:
        sign = "-" if self.is_down else ""
        return list(dict.fromkeys([f"{sign}{self.column}", f"{sign}pk"]))

    def after(self, rows: QuerySet, value: Any, pk: int) -> QuerySet:
        """What follows that row."""
        side = "lt" if self.is_down else "gt"
        beyond = Q(**{f"{self.column}__{side}": value})
        return rows.filter(beyond | Q(**{self.column: value, f"pk__{side}": pk}))


@dataclass(frozen=True)
class Page:
    """Which piece of a list is asked for. A cursor belongs to its list, its filters and its order; elsewhere it is a
    bad one."""

    asked: Listing
    sort: Sort
    place: str = ""  # which list, where one endpoint has several: the ticket whose messages are listed

    def of(self, rows: QuerySet, tell: Callable[[Any], Item]) -> dict[str, Any]:
        """The piece, told row by row."""
        began = read_cursor(self.asked, self.place)
        if began is not None:
            rows = self.sort.after(rows, *_position(began))
        limit = self.asked.limit
        found = list(rows.order_by(*self.sort.order)[: limit + 1])
        told = [tell(one) for one in found[:limit]]
        is_last = len(found) <= limit
        return {"items": told, "next": None if is_last else self._cursor(found[limit - 1])}

    def _cursor(self, row: Any) -> str:
        value = getattr(row, self.sort.column)
        shown = {"at": value.isoformat()} if isinstance(value, datetime) else {"is": value}
        return make_cursor(self.asked, self.place, {**shown, "pk": row.pk})


def make_cursor(asked: Listing, place: str, position: dict[str, Any]) -> str:
    """An opaque word that says where the next page begins; signed, so that nobody writes one by hand."""
    return dumps({**position, "of": _list(asked, place)}, salt=_SALT)


def read_cursor(asked: Listing, place: str) -> dict[str, Any] | None:
    """Where the page begins; None for the first one. Refused with code `bad_cursor`."""
    if not asked.cursor:
        return None
    try:
        position: dict[str, Any] = loads(asked.cursor, salt=_SALT)
    except (BadSignature, ValueError):
        position = {}
    if position.get("of") != _list(asked, place):
        raise Refused("This cursor is none of this list's, with these filters in this order.", code="bad_cursor")
    return position


def _position(began: dict[str, Any]) -> tuple[Any, int]:
    value = datetime.fromisoformat(began["at"]) if "at" in began else began["is"]
    return value, began["pk"]


def _list(asked: Listing, place: str) -> str:
    """The list, its filters and its order in one short word."""
    chosen: Iterable[tuple[str, Any]] = asked.model_dump(mode="json", exclude={"cursor", "limit"}).items()
    words = f"{type(asked).__name__}|{place}|{sorted(chosen)}"
    return hashlib.sha256(words.encode()).hexdigest()[:16]
