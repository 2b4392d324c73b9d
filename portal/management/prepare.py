"""What a portal on one machine needs before it runs: tables, static files, a language model, a status page."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from portal.celery import app
from portal.lib.text.recipe import is_ready

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


def language_model(say: Say) -> None:
    """Fetches and converts the model that reads texts, in a process of its own, for it takes much memory for a moment.

    Without it the portal runs all the same: the lexical half of search answers alone.
    """
    if settings.EMBEDDING_URL or settings.EMBEDDING_MODEL or is_ready(settings.MODELS_DIR):
        return
    say("Fetching the language model …")
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "fetch_model", "--verbosity", "0"]
    told = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if told.returncode:
        reason = (told.stderr.strip().splitlines() or ["it gave no reason."])[-1]
        say(f"{reason}\nThe portal starts without the language model: lexical search answers alone.")


def status_page() -> None:
    """Publishes the static status page, so that it stands before the first request."""
    app.loader.import_default_modules()
    if publish := app.tasks.get("incidents.publish"):
        publish.apply(throw=True)
