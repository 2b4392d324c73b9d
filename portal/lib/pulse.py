"""What pages that stay open ask every few seconds: has anything changed there, and who else is there.

Kept in Valkey alone and for a short time, so that asking costs no query. Without Valkey nothing is said: a page then
shows what it showed, until somebody loads it again.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any

from django.core import signing
from redis.exceptions import RedisError

from portal.lib.valkey import client, failed

KEPT_FOR_S = 86_400  # after that every page loads once
HERE_FOR_S = 20  # since somebody last asked
TOKEN_FOR_S = 3600
_SALT = "portal.pulse"


@dataclass(frozen=True)
class Listener:
    """Who may ask about which place, as a signed token says it. `is_told_who`: also who else is there."""

    place: str
    user: int
    name: str
    is_told_who: bool = False

    @property
    def token(self) -> str:
        return signing.dumps([self.place, self.user, self.name, self.is_told_who], salt=_SALT)

    @classmethod
    def of(cls, token: str) -> "Listener | None":
        """None when the token is not ours or too old."""
        try:
            return cls(*signing.loads(token, salt=_SALT, max_age=TOKEN_FOR_S))
        except (signing.BadSignature, TypeError, ValueError):
            return None


@dataclass(frozen=True)
class Pulse:
    """What a page carries so that it can ask: the token, and the version that it shows."""

    token: str
    version: str

    @classmethod
    def of(cls, listener: Listener, known: str | None = None) -> "Pulse":
        """`known`: the version as it was before the page's rows were read; else it is read now."""
        return cls(listener.token, version(listener.place) if known is None else known)


@dataclass(frozen=True)
class Person:
    """Somebody else who has the page open."""

    name: str
    is_writing: bool


@dataclass(frozen=True)
class Heard:
    """How a place stands. `who` changes with the people there."""

    version: str
    others: list[Person]

    @property
    def who(self) -> str:
        if not self.others:
            return ""
        told = "\n".join(f"{one.name}\t{one.is_writing}" for one in self.others)
        return hashlib.sha256(told.encode()).hexdigest()[:12]


def place_of(about_type: str, about_id: object = "") -> str:
    """The name of one thing's place, or of all things of that kind."""
    return f"{about_type}:{about_id}" if about_id else about_type


def beat(*places: str) -> None:
    """Something changed there."""
    _asked(*(("SET", f"portal:pulse:{place}", secrets.token_hex(4), "EX", KEPT_FOR_S) for place in places))


def version(place: str) -> str:
    """To be read before the rows are: what changes later is then noticed. Empty when nothing is known."""
    found = _asked(("GET", f"portal:pulse:{place}"))
    return _text(found[0]) if found else ""


def listen(listener: Listener, *, is_writing: bool = False) -> Heard | None:
    """How the place stands; who is told of others is seen by them from now on. None: nothing can be said."""
    calls: list[tuple] = [("GET", f"portal:pulse:{listener.place}")]
    here, now = f"portal:here:{listener.place}", time.time()
    if listener.is_told_who:
        mark = f"{now + HERE_FOR_S:.0f}\t{int(is_writing)}\t{listener.name}"
        calls += [("HSET", here, listener.user, mark), ("EXPIRE", here, 2 * HERE_FOR_S), ("HGETALL", here)]
    found = _asked(*calls)
    if not found:
        return None
    marks = found[3] if listener.is_told_who else {}
    return Heard(_text(found[0]), _people(marks, but=listener.user, now=now))


def _people(marks: dict[bytes, bytes], *, but: int, now: float) -> list[Person]:
    found = []
    for user, mark in marks.items():
        until, is_writing, name = _text(mark).split("\t", 2)
        if int(user) != but and float(until) > now:
            found.append(Person(name, is_writing == "1"))
    return sorted(found, key=lambda one: (not one.is_writing, one.name))


def _text(value: bytes | None) -> str:
    return value.decode() if value else "0"


def _asked(*calls: tuple) -> list[Any]:
    """The answers, in one round trip; empty when Valkey is away."""
    if not calls:
        return []
    try:
        if len(calls) == 1:  # a pipeline costs twice as much
            return [client().execute_command(*calls[0])]
        pipeline = client().pipeline(transaction=False)
        for call in calls:
            pipeline.execute_command(*call)
        return pipeline.execute()
    except (RedisError, OSError) as error:
        failed("pulse", error)
        return []
