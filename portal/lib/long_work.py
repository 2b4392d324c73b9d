"""Work that takes minutes (training, reading all articles anew): one piece at a time in the whole portal.

So of two workers one is always there for letters and promises.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_LOCK = 7_305_002  # of advisory locks


@contextmanager
def turn() -> Iterator[bool]:
    """Whether it is one's turn now; False while others are at it, then the next round comes back to it.

    A worker that dies gives it back with its connection.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        is_mine = cursor.fetchone() == (True,)
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
