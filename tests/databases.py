"""Databases on the test run's server. All tables are made once per run; what needs them begins as a copy."""

import os
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier, Literal

ROOT = Path(__file__).resolve().parent.parent
_NAME, _LOCK = "migrated", 7


def fresh_database(name: str, *, template: str = "template0") -> str:
    """The address of a new database, one per parallel worker and name: empty, or a copy of the template."""
    own = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        _create(server, own, template)
    return address(own)


def address(name: str) -> str:
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def migrated() -> str:
    """The name of a database with all migrations applied, to be copied. The first who asks in this run makes it."""
    run = os.environ.setdefault("TEST_RUN", uuid.uuid4().hex)  # the test run's own, else of this measurement
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        made_in = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        if server.execute(made_in, [_NAME]).fetchone() != (run,):
            _create(server, _NAME, "template0")
            command = [sys.executable, "manage.py", "migrate", "-v0"]
            subprocess.run(
                command, cwd=ROOT, env={**os.environ, "LOCAL": "on", "DATABASE_URL": address(_NAME)}, check=True
            )
            server.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(_NAME), Literal(run)))
    return _NAME


def _create(server: psycopg.Connection, name: str, template: str) -> None:
    server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
    server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
