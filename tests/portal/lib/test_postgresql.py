import socket
import time

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from portal.lib.postgresql.base import PAUSE_S, DatabaseWrapper
from portal.settings import DATABASES


@pytest.mark.django_db
def test_a_server_that_gives_no_connection_is_waited_for_once_and_then_left_in_peace_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DatabaseWrapper, "paused_until", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as hanging:  # takes connections, never answers
        place = {"HOST": "127.0.0.1", "PORT": str(hanging.getsockname()[1])}
        hangs = {**DATABASES["default"], **place, "OPTIONS": {"connect_timeout": 2}}
        server = ConnectionHandler({"default": hangs})["default"]
        assert took(server) > 1.5
        assert max(took(server) for _ in range(20)) < 1
        assert 0 < DatabaseWrapper.paused_until - time.monotonic() <= PAUSE_S
        monkeypatch.setattr(DatabaseWrapper, "paused_until", 0.0)
        assert took(server) > 1.5  # it is asked again


def took(server: DatabaseWrapper) -> float:
    begun = time.monotonic()
    with pytest.raises(OperationalError):
        server.ensure_connection()
    return time.monotonic() - begun
