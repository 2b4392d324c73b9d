"""The three programs of the portal, the same on one's own machine, in a container or under systemd."""

import shutil
import sys
import tempfile
from pathlib import Path

from django.conf import settings

PROCESSES = ("web", "worker", "beat")


def arguments(process: str) -> list[str]:
    """The command line of `web`, `worker` or `beat`; it expects PROCESS to be set to that word."""
    if process == "web":
        return [sys.executable, "-m", "gunicorn", "portal.wsgi:application", *_web_options()]
    celery = [sys.executable, "-m", "celery", "--app", "portal", "--quiet", process, "--loglevel", settings.LOG_LEVEL]
    if process == "worker":
        return [*celery, "--without-gossip", "--without-mingle"]
    return [*celery, "--pidfile", ""]


def figures_folder() -> str:
    """An empty folder where web processes leave their figures, so that any of them answers for all at /metrics."""
    if not settings.LOCAL:
        return tempfile.mkdtemp(prefix="portal-figures-")
    folder = settings.LOCAL_DIR / "figures"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return str(folder)


def _web_options() -> list[str]:
    options = {
        "bind": f"{settings.HOST}:{settings.PORT}",
        "worker-class": "portal.lib.bulkhead.BulkheadWorker",
        "workers": settings.WEB_PROCESSES,
        "threads": settings.WEB_THREADS,
        "keep-alive": 5,
        "timeout": 60,
        "graceful-timeout": 10,
        "forwarded-allow-ips": "",  # which proxy counts is TRUSTED_PROXIES' decision alone
        "log-level": "warning",
    }
    memory = Path("/dev/shm")  # noqa: S108  # a heartbeat file there never waits for a disk
    if memory.is_dir():
        options["worker-tmp-dir"] = str(memory)
    return [*[part for name, value in options.items() for part in (f"--{name}", str(value))], "--no-control-socket"]
