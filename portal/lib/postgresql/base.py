"""Django's PostgreSQL, but a server that gave no connection is left in peace for a moment.

Each thread that asks a dead server in vain waits for its limit. With few threads that alone makes a page's error take
longer than its reader stays, so only one in two seconds finds out, and the others are told at once.
"""

import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base

PAUSE_S = 2.0


class DatabaseWrapper(base.DatabaseWrapper):
    """The engine `portal.lib.postgresql`."""

    paused_until = 0.0  # of the monotonic clock, for all threads of this process

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Called by Django. Raises psycopg.OperationalError."""
        if time.monotonic() < DatabaseWrapper.paused_until:
            raise psycopg.OperationalError("The database gave no connection a moment ago.")
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            DatabaseWrapper.paused_until = time.monotonic() + PAUSE_S
            raise
