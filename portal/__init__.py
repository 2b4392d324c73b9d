import os

from portal.celery import app as celery_app

__all__ = ["celery_app"]

# Cores are shared by processes. Left alone, a number library starts a thread per core in each of them, and these spin
# while they wait for one another. Said before anything imports one (Celery does not); who named a number keeps it.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
