"""The web server's door as it is deployed: its own process, with neither PostgreSQL nor Valkey to be reached."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from incidents.demo import furnish
from incidents.feeds.publishing import publish
from portal.lib.bundle_files import manifest_of

ROOT = Path(__file__).resolve().parent.parent.parent
ASK = """
import json, sys, portal.wsgi
def ask(path):
    seen = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
               "wsgi.input": sys.stdin.buffer, "wsgi.url_scheme": "http", "QUERY_STRING": "", "HTTP_HOST": "127.0.0.1"}
    body = b"".join(portal.wsgi.application(environ, lambda status, headers, *more: seen.append(status)))
    return [seen[0], body.decode()]
print(json.dumps([ask(path) for path in sys.argv[1:]]))
"""


def answers(folder: Path, *paths: str) -> list[tuple[str, str]]:
    """What a fresh web process says whose database and broker refuse every connection."""
    environment = os.environ | {
        "LOCAL": "on", "PROCESS": "web", "STATUS_BUNDLE_DIR": str(folder), "LOG_LEVEL": "ERROR",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "VALKEY_URL": "redis://127.0.0.1:9/0",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", ASK, *paths], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [tuple(one) for one in json.loads(done.stdout.splitlines()[-1])]


@pytest.mark.django_db
def test_without_database_and_broker_the_status_page_answers_as_last_known(
    settings: object, tmp_path: Path, now: datetime, db: None
) -> None:
    settings.STATUS_BUNDLE_DIR = tmp_path
    furnish(now=now)
    publish(now=now)  # long ago by the clock of the web process
    paths = [f"/status/{path}" for path in manifest_of(tmp_path)["files"]]
    found = dict(zip(paths, answers(tmp_path, *paths), strict=True))
    assert {status for status, _body in found.values()} == {"200 OK"}
    assert "Last known state as of" in found["/status/"][1]
    assert "10 Mar 2026, 09:30 UTC" in found["/status/"][1]
    summary = json.loads(found["/status/api/v2/summary.json"][1])
    assert summary["portal_last_known"] is True
    assert len(summary["components"]) == 17
    assert timedelta(0) < datetime.now(now.tzinfo) - datetime.fromisoformat(summary["portal_last_known_at"])
