"""What a portal on one machine needs before it runs: tables, static files, a published status page."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from portal.celery import app

Say = Callable[[str], None]


def tables(say: Say) -> None:
    say("Preparing the database …")
    call_command("migrate", interactive=False, verbosity=0)


def static_files(say: Say) -> None:
    """Collects, hashes and compresses static files, unless nothing changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    present = _fingerprint()
    if stamp.exists() and stamp.read_text() == present:
        return
    say("Collecting static files …")
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(present)


def _fingerprint() -> str:
    found = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            found.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()


def status_page() -> None:
    """Publishes the static status page, so that it stands before the first request."""
    app.loader.import_default_modules()
    if publish := app.tasks.get("incidents.publish"):
        publish.apply(throw=True)
