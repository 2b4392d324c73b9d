"""The real portal for tests: `manage.py up` with a database, a Valkey and a folder of its own, and an SMTP server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from portal.lib.embedded import free_port
from tests.databases import ROOT, fresh_database, migrated
from tests.fakes.mail import MailServer

READY_WITHIN_S = 120


class Stack:
    """Use as a context manager; `url` is the portal's address, `mail` what left it.

    `own_servers` makes it start embedded servers in its folder; else it uses those of the test run. Without `demo` it
    begins with nobody in it (`let_people_in`).
    """

    def __init__(
        self, folder: Path, *, name: str = "stack", own_servers: bool = False, demo: bool = True, **environment: str
    ) -> None:
        self.arguments = ["up", "--demo"] if demo else ["up"]
        self.folder = folder
        self.mail = MailServer()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "stack.log"
        self.environment = self._environment(own_servers, name) | environment
        self.process: subprocess.Popen | None = None

    def _environment(self, own_servers: bool, name: str) -> dict[str, str]:
        left_out = {"HASHED_STATIC", "DATABASE_URL", "VALKEY_URL", "SITE_URL", "LOG_LEVEL", "PROCESS"}
        kept = {key: value for key, value in os.environ.items() if key not in left_out}
        made = {
            "LOCAL": "on",
            "LOCAL_DIR": str(self.folder),
            "STAFF_SECOND_FACTOR": "on",
            "PORT": str(self.port),
            "WEB_PROCESSES": "1",
            "PYTHONUNBUFFERED": "1",
        }
        if not own_servers:
            made["DATABASE_URL"] = fresh_database(name, template=migrated())
            made["VALKEY_URL"] = own_valkey(32)
        return kept | made

    def __enter__(self) -> "Stack":
        self.mail.__enter__()
        self.environment.setdefault("EMAIL_URL", "")
        self.environment["EMAIL_URL"] = self.mail.url
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()
        self.mail.__exit__()

    def start(self, *, wait: bool = True) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if wait:
            self.wait_for_line("Ready:")

    def wait_for_line(self, words: str, *, within_s: float = READY_WITHIN_S) -> None:
        """Until the output holds these words; fails with the end of the output."""
        assert self.process is not None
        given_up_at = time.monotonic() + within_s
        while words not in self.log.read_text(errors="replace"):
            has_ended = self.process.poll() is not None
            assert not has_ended and time.monotonic() < given_up_at, f"No {words!r} in the output:\n{self.tail()}"
            time.sleep(0.1)

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])

    def stop(self, *, within_s: float = 60) -> int:
        """Asks it to stop, as Ctrl-C does; answers its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=within_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def manage(self, *arguments: str, text: str | None = None) -> str:
        """Runs another management command beside the running portal."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def let_people_in(self) -> None:
        """The demo's companies, people and staff, without all that the demo tells of them. From then on it is started
        as a demo, which finds that it was furnished."""
        if not self.rows("SELECT 1 FROM accounts_user LIMIT 1"):
            furnish = "from portal.accounts.demo import furnish; furnish(now=timezone.now())"
            self.manage("shell", "-v", "0", "-c", f"from django.utils import timezone; {furnish}")
        self.arguments = ["up", "--demo"]

    def rows(self, query: str, parameters: Iterable[object] = ()) -> list[tuple]:
        """Looks straight into the portal's database."""
        url = self.environment.get("DATABASE_URL") or json.loads((self.folder / "servers.json").read_text())["database"]
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(query, list(parameters))
            return found.fetchall() if found.description else []

    def wait_until(self, query: str, *, within_s: float = 60) -> None:
        """Until the query finds a row."""
        given_up_at = time.monotonic() + within_s
        while not self.rows(query):
            assert time.monotonic() < given_up_at, f"Nothing within {within_s} s: {query}"
            time.sleep(0.2)


def own_valkey(first: int) -> str:
    """A Valkey database of one's own: `first` plus the number of the parallel worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return urlsplit(os.environ["VALKEY_URL"])._replace(path=f"/{first + int(worker)}").geturl()
