"""Database connections on which nobody waits for ever.

A server that hangs, or that vanished from the network without a word, lets a query wait until its sender gives up.
PostgreSQL's own limits do not help then: the server is who would keep them.
"""

import select
from contextlib import suppress
from time import monotonic
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError

PING_S = 3.0
FRESH_S = 1.0
_CANCEL_S = 1.0
_GONE = ("08", "53", "57P01", "57P02", "57P03")  # classes and codes of SQLSTATE: connection, resources, shut down


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that gives up: see `bounded`."""

    longest_s: float
    answered_at = float("-inf")  # of the monotonic clock

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Every method of psycopg waits by this one. A wait that has its own limit keeps it."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        ends_at = monotonic() + self.longest_s
        try:
            answer = super().wait(gen, interval, self.longest_s)
        except psycopg.OperationalError as error:
            if monotonic() < ends_at:
                raise
            with suppress(psycopg.Error):  # a server that is only slow need not go on
                self.cancel_safe(timeout=_CANCEL_S)
            self.close()
            raise psycopg.OperationalError(f"The database did not answer within {self.longest_s:g} s.") from error
        self.answered_at = monotonic()
        return answer

    def execute(self, query: Any, *args: Any, **how: Any) -> psycopg.Cursor[Any]:
        """As psycopg's. For the empty statement, with which a pool asks whether a connection lives, the wait is short,
        and needless where that is known."""
        if query == "":
            if self._is_fresh():
                return self.cursor()
            self.longest_s = min(PING_S, type(self).longest_s)
        try:
            return super().execute(query, *args, **how)
        finally:
            self.longest_s = type(self).longest_s

    def set_autocommit(self, value: bool) -> None:
        """As psycopg's, which waits here as for an answer but asks nobody."""
        answered_at = self.answered_at
        super().set_autocommit(value)
        self.answered_at = answered_at

    def _is_fresh(self) -> bool:
        """Whether the server answered within the last second and nothing came since: one that ends, or throws a session
        out, says so, and one that crashed has its system close the connection."""
        if monotonic() - self.answered_at >= FRESH_S:
            return False
        heard = select.poll()
        heard.register(self.fileno(), select.POLLIN)
        return not heard.poll(0)


def bounded(longest_s: float) -> type[BoundedConnection]:
    """A class for a pool's `connection_class`: no statement is waited for longer than so many seconds. Then it is
    canceled if the server still hears, its connection is closed, and whoever waited gets an OperationalError."""
    return type("Bounded", (BoundedConnection,), {"longest_s": longest_s})


def is_out_of_reach(error: BaseException | None) -> bool:
    """Whether Django's error says that the database was not reached or did not answer, not that it refused."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return not state or state.startswith(_GONE)
