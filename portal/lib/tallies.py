"""Counting what happens too often for a row each: in this process for a moment, then in Valkey, until a task fetches.

Whoever counts never waits for the database and learns of no failure: without Valkey a count is lost.
"""

import threading
import time
from collections import Counter

from redis.exceptions import RedisError, ResponseError

from portal.lib.valkey import client, failed

_HELD_S = 2.0  # a busy process writes this often; a quiet one at once
_KEY = "portal:tally:"


class _Held:
    """Counts that Valkey does not know yet."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.written_at = -_HELD_S
        self.lock = threading.Lock()

    def add(self, name: str, key: str) -> None:
        with self.lock:
            self.counts[name, key] += 1
            if time.monotonic() - self.written_at < _HELD_S:
                return
            counts, self.counts, self.written_at = self.counts, Counter(), time.monotonic()
        _write(counts)

    def flush(self) -> None:
        with self.lock:
            counts, self.counts = self.counts, Counter()
        _write(counts)


_held = _Held()


def count(name: str, key: str) -> None:
    """One more of `key` in the tally of that name."""
    _held.add(name, key)


def fetch(name: str) -> dict[str, int]:
    """What was counted since the last `clear`, by key. The same again until it is cleared, so that nothing is lost in
    between."""
    _held.flush()
    taken = f"{_KEY}{name}:taken"
    try:
        valkey = client()
        if not valkey.exists(taken):
            valkey.rename(f"{_KEY}{name}", taken)
        return {key.decode(): int(value) for key, value in valkey.hgetall(taken).items()}
    except ResponseError:  # nothing was counted
        return {}
    except (RedisError, OSError) as error:
        failed("tallies", error)
        return {}


def clear(name: str) -> None:
    """What was fetched is kept elsewhere now."""
    try:
        client().delete(f"{_KEY}{name}:taken")
    except (RedisError, OSError) as error:
        failed("tallies", error)


def _write(counts: Counter[tuple[str, str]]) -> None:
    if not counts:
        return
    try:
        pipeline = client().pipeline(transaction=False)
        for (name, key), number in counts.items():
            pipeline.hincrby(f"{_KEY}{name}", key, number)
        pipeline.execute()
    except (RedisError, OSError) as error:
        failed("tallies", error)
