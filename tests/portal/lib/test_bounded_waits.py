import os
import socket
import threading
import time

import psycopg
import pytest
from django.db import DataError, InterfaceError, OperationalError
from psycopg.conninfo import make_conninfo
from psycopg.errors import AdminShutdown, QueryCanceled, TooManyConnections
from psycopg_pool import ConnectionPool, PoolTimeout

from portal.lib.bounded_waits import FRESH_S, bounded, is_out_of_reach


def test_a_statement_without_an_answer_is_given_up_and_canceled() -> None:
    with bounded(0.5).connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        number = connection.info.backend_pid
        begun = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match=r"did not answer within 0\.5 s"):
            connection.cursor().execute("SELECT pg_sleep(30)")
        assert time.monotonic() - begun < 2
        assert connection.closed
    asked = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND query LIKE '%%pg_sleep%%' AND state = 'active'"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        ends_at = time.monotonic() + 5
        while other.execute(asked, [number]).fetchone() != (0,):
            assert time.monotonic() < ends_at, "The server still works on what nobody waits for."
            time.sleep(0.05)


def test_an_error_of_the_server_and_a_wait_with_its_own_limit_stay_what_they_are() -> None:
    with bounded(5).connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.cursor().execute("SET statement_timeout = '50ms'")
        with pytest.raises(QueryCanceled):
            connection.cursor().execute("SELECT pg_sleep(3)")
        assert not connection.closed
        assert list(connection.notifies(timeout=0.1)) == []
        assert not connection.closed


def test_a_pool_finds_within_seconds_that_its_server_hangs() -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        host, number = connection.info.host, connection.info.port
    with _Valve(host, number) as valve:
        address = make_conninfo(os.environ["DATABASE_URL"], host="127.0.0.1", port=valve.port)
        how = {"connection_class": bounded(30), "check": ConnectionPool.check_connection, "open": True}
        with ConnectionPool(address, min_size=1, max_size=1, timeout=4, kwargs={"connect_timeout": 2}, **how) as pool:
            with pool.connection() as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            valve.is_open.clear()
            time.sleep(FRESH_S)
            begun = time.monotonic()
            with pytest.raises(PoolTimeout), pool.connection():
                pass
            assert time.monotonic() - begun < 8  # not the 30 s of a statement
            valve.is_open.set()


def test_a_connection_that_answered_just_now_is_not_asked_again_unless_its_server_ended_it() -> None:
    how = {"connection_class": bounded(5), "check": ConnectionPool.check_connection, "open": True}
    with (
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other,
        ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=1, timeout=4, **how) as pool,
    ):
        with pool.connection() as connection:
            connection.execute("SELECT 1")
        left = connection.answered_at
        with pool.connection() as connection:
            assert connection.answered_at == left
        time.sleep(FRESH_S)
        with pool.connection() as connection:
            assert connection.answered_at > left
        session = connection.info.backend_pid
        other.execute("SELECT pg_terminate_backend(%s)", [session])
        with pool.connection() as connection:
            assert connection.info.backend_pid != session
            assert connection.execute("SELECT 1").fetchone() == (1,)


class _Valve:
    """Stands between a client and the server; closed, it lets nothing pass, as a server that hangs."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.is_open = threading.Event()
        self.is_open.set()

    def __enter__(self) -> "_Valve":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:  # closed
                return
            server = self._connected()
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _connected(self) -> socket.socket:
        host, port = self._server
        if not host.startswith("/"):
            return socket.create_connection(self._server)
        link = socket.socket(socket.AF_UNIX)
        link.connect(f"{host}/.s.PGSQL.{port}")
        return link

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while chunk := one.recv(65536):
                self.is_open.wait()
                other.sendall(chunk)
        except OSError:  # the other direction has ended
            return


@pytest.mark.parametrize(
    ("kind", "cause", "is_gone"),
    [
        (OperationalError, psycopg.OperationalError("connection refused"), True),
        (OperationalError, PoolTimeout(), True),
        (OperationalError, AdminShutdown(), True),
        (OperationalError, TooManyConnections(), True),
        (InterfaceError, psycopg.InterfaceError("connection already closed"), True),
        (OperationalError, QueryCanceled(), False),
        (DataError, psycopg.DataError(), False),
        (ValueError, None, False),
    ],
)
def test_a_database_out_of_reach_is_told_from_one_that_refuses(
    kind: type[Exception], cause: Exception | None, is_gone: bool
) -> None:
    error = kind()
    error.__cause__ = cause
    assert is_out_of_reach(error) == is_gone
    assert not is_out_of_reach(None)
