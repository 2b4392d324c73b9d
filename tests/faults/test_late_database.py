"""The database goes away just after it was asked whether it answers, while the clock starts."""

import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from portal.management.processes import arguments
from portal.schedule import SCHEDULE
from tests.databases import ROOT, fresh_database, migrated
from tests.faults.workers import wait_until
from tests.stack import own_valkey


def set_open(database: str, is_open: bool) -> None:
    """Lets people into a database, or ends their sessions and refuses new ones."""
    name = urlsplit(database).path.lstrip("/")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {is_open}')
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def entries(database: str) -> set[str]:
    with psycopg.connect(database) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM django_celery_beat_periodictask")}


def test_a_clock_that_starts_without_its_database_waits_and_then_has_all_its_entries(
    tmp_path: Path, settings: Any
) -> None:
    settings.LOG_LEVEL = "WARNING"
    database, log = fresh_database("late", template=migrated()), tmp_path / "clock.log"
    environment = {**os.environ, "DATABASE_URL": database, "VALKEY_URL": own_valkey(34)}
    set_open(database, False)
    with log.open("wb") as output:
        clock = subprocess.Popen(
            arguments("beat"),
            cwd=ROOT,
            env={**environment, "PROCESS": "beat", "LOG_LEVEL": "WARNING"},
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: "clock_without_database" in log.read_text(), within_s=60, why=log.read_text)
        assert clock.poll() is None, log.read_text()
        set_open(database, True)
        wait_until(lambda: entries(database) >= set(SCHEDULE), within_s=60, why=log.read_text)
    finally:
        clock.terminate()
        assert clock.wait(timeout=20) == 0
