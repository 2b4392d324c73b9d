"""A Valkey cache whose loss is a miss, never an error: pages get slower, nothing stops."""

import time
from collections.abc import Callable
from typing import Any, cast

import structlog
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from prometheus_client import Counter
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError

cache_failures = Counter("portal_cache_failures_total", "Cache calls that found no Valkey", ["call"])
log = structlog.get_logger("portal.system")
PAUSE_S = 2.0  # after a failure nobody asks: with a server that hangs, each call of a page would wait for its limit
_COUNT = """
redis.call('SET', KEYS[1], 0, 'EX', ARGV[2], 'NX')
return {redis.call('INCRBY', KEYS[1], ARGV[1]), redis.call('GET', KEYS[2])}
"""


class _Paused(NoConnection):
    """Valkey was not asked, for it did not answer a moment ago."""


def _soft(call: str, otherwise: Callable[[tuple, dict], Any]) -> Callable[..., Any]:
    def method(self: "SoftCache", *args: Any, **options: Any) -> Any:
        try:
            return getattr(super(SoftCache, self), call)(*args, **options)
        except (RedisError, OSError) as error:
            self.tell(call, error)
            return otherwise(args, options)

    method.__name__ = call
    return method


def _default(args: tuple, options: dict) -> Any:
    return options.get("default", args[1] if len(args) > 1 else None)


class _OneClient(RedisCacheClient):
    """Keeps the client (it is thread-safe and holds a pool); Django makes a new one for each call, which costs more
    than the call itself. While a server that failed is left in peace, it raises redis-py's ConnectionError."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kept: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if time.monotonic() < SoftCache.paused_until:
            raise _Paused
        index = self._get_connection_pool_index(write)  # type: ignore[attr-defined]  # unknown to the stubs
        if index not in self._kept:
            self._kept[index] = super().get_client(key, write=write)
        return self._kept[index]


class SoftCache(RedisCache):
    """Django's Redis cache; every call that cannot reach the server answers as an empty cache would."""

    paused_until = 0.0  # of the monotonic clock, for all threads of this process

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient

    def tell(self, call: str, error: Exception) -> None:
        """Counts a call that found no Valkey; for two seconds this process then asks no more."""
        cache_failures.labels(call).inc()
        if not isinstance(error, _Paused):
            log.warning("cache_unreachable", call=call, reason=type(error).__name__)
            SoftCache.paused_until = time.monotonic() + PAUSE_S

    def count(self, key: str, by: int = 1, *, keep_s: int, beside: str = "") -> tuple[int | None, int]:
        """Adds to a counter, which is forgotten `keep_s` seconds after its first count; answers where it stands now,
        and where the counter `beside` does. One round trip. Where nothing can be counted: None and 0."""
        name, other = self.make_and_validate_key(key), self.make_and_validate_key(beside or key)
        try:
            counted, stands = self._cache.get_client(name, write=True).eval(_COUNT, 2, name, other, by, keep_s)
        except (RedisError, OSError) as error:
            self.tell("count", error)
            return None, 0
        return counted, int(stands or 0)

    get = _soft("get", _default)
    set = _soft("set", lambda args, options: None)
    add = _soft("add", lambda args, options: True)
    touch = _soft("touch", lambda args, options: False)
    delete = _soft("delete", lambda args, options: False)
    get_many = _soft("get_many", lambda args, options: {})
    set_many = _soft("set_many", lambda args, options: [])
    delete_many = _soft("delete_many", lambda args, options: None)
    has_key = _soft("has_key", lambda args, options: False)
    incr = _soft("incr", lambda args, options: 1)
    clear = _soft("clear", lambda args, options: True)


counters = cast(SoftCache, cache)  # the portal's cache, for those who count in it
