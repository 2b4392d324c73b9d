"""What stands in one cell of a row, checked."""

import zoneinfo
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_datetime

from portal.lib.html_text import as_markdown
from tickets.actions.imports.orders import Unreadable

_TRUE = {"true", "1", "yes", "y", "t"}
_FALSE = {"false", "0", "no", "n", "f"}
_MOST_CHARACTERS = 200_000


def text(row: dict[str, Any], *names: str) -> str:
    """The first of these that says something."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).replace("\x00", "").encode(errors="replace").decode().strip()
    return ""


def key(row: dict[str, Any], name: str = "id") -> str:
    found = text(row, name)
    if len(found) > 64:
        raise Unreadable(f"{name} is longer than an id may be")
    return found


def email(row: dict[str, Any], name: str = "email") -> str:
    found = text(row, name)
    if not found:
        raise Unreadable("it has no e-mail address, and accounts are known by theirs")
    try:
        validate_email(found)
    except ValidationError as error:
        raise Unreadable(f"{found[:80]!r} is no e-mail address") from error
    if len(found) > 254:
        raise Unreadable("the e-mail address is too long")
    return found


def moment_of(row: dict[str, Any], name: str, *, now: datetime, default: datetime | None = None) -> datetime:
    """When, in UTC; without a zone it is taken for UTC. Refuses what lies in the future."""
    words = text(row, name)
    if not words and default is not None:
        return default
    try:
        found = parse_datetime(words)
    except ValueError:
        found = None
    if found is None:
        raise Unreadable(f"{name} is no moment: {words[:40]!r}")
    at = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    if at > now:
        raise Unreadable(f"{name} lies in the future")
    if at.year < 1990:
        raise Unreadable(f"{name} lies too far in the past")
    return at


def flag(row: dict[str, Any], name: str, *, default: bool) -> bool:
    value = row.get(name)
    if isinstance(value, bool):
        return value
    words = str(value or "").strip().lower()
    if words and words not in _TRUE | _FALSE:
        raise Unreadable(f"{name} is neither true nor false: {words[:20]!r}")
    return words in _TRUE if words else default


def words(row: dict[str, Any], name: str) -> list[str]:
    """A list, or words parted by commas or blanks."""
    value = row.get(name)
    found = value if isinstance(value, list) else str(value or "").replace(",", " ").split()
    return [str(one).strip() for one in found if str(one).strip()]


def body(row: dict[str, Any]) -> str:
    """The words of a comment or ticket: plain where the row has them plain, else what its HTML says."""
    plain = text(row, "plain_body", "body", "description")
    found = plain or as_markdown(text(row, "html_body"))
    return found[:_MOST_CHARACTERS]


def zone(row: dict[str, Any]) -> str:
    found = text(row, "iana_time_zone", "time_zone")
    return found if found in zoneinfo.available_timezones() else "UTC"
