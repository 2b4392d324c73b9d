"""How often somebody may ask: a sliding window counted in the cache. Without a cache nobody is held up."""

import math
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from portal.lib.soft_cache import counters

WINDOW_S = 60


@dataclass(frozen=True)
class Allowance:
    """What is left of a limit after this request."""

    limit: int
    remaining: int
    resets_in_s: int
    is_over: bool

    def headers(self) -> dict[str, str]:
        """The RateLimit fields of the IETF's httpapi group; `Retry-After` once nothing is left."""
        fields = {
            "RateLimit-Policy": f'"default";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"default";r={self.remaining};t={self.resets_in_s}',
        }
        return {**fields, "Retry-After": str(self.resets_in_s)} if self.is_over else fields


def take(key: str, *, limit: int, now: datetime) -> Allowance:
    """Counts one request of `key` against `limit` a minute. Requests over the limit are refused and not counted.

    The minute slides: what was asked in the minute before counts by the share of it that still lies in the window.
    """
    at = now.timestamp()
    slot, into = int(at // WINDOW_S), at % WINDOW_S
    current = f"rate:{key}:{slot}"
    counted, before = counters.count(current, keep_s=2 * WINDOW_S, beside=f"rate:{key}:{slot - 1}")
    used = (counted or 1) + before * (1 - into / WINDOW_S)
    is_over = used > limit
    if is_over:
        counters.count(current, -1, keep_s=2 * WINDOW_S)
    return Allowance(limit, max(0, math.floor(limit - used)), max(1, math.ceil(WINDOW_S - into)), is_over)


def taken_this_hour(key: str, *, now: datetime) -> int:
    """Counts one more of `key` in the hour of the clock; answers how many it is. Without a cache it is the first."""
    counted, _before = counters.count(f"{key}:{now.astimezone(UTC):%Y%m%d%H}", keep_s=2 * 3600)
    return counted or 1


class Nearby:
    """So many of each key in a minute of the clock, counted by this process alone: for what is asked so often, and
    costs so little, that a question to the cache would cost more. All processes together let through as many times
    more."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._minute, self._counted = 0, Counter[str]()
        self._counting = threading.Lock()

    def is_over(self, key: str, *, now: datetime) -> bool:
        """Counts one more of `key`; answers whether that is more than the limit."""
        minute = int(now.timestamp() // WINDOW_S)
        with self._counting:
            if minute != self._minute:
                self._minute, self._counted = minute, Counter()
            self._counted[key] += 1
            return self._counted[key] > self.limit
