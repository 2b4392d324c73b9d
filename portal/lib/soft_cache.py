"""A Valkey cache whose loss is a miss, never an error: pages get slower, nothing stops."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from prometheus_client import Counter
from redis.exceptions import RedisError

cache_failures = Counter("portal_cache_failures_total", "Cache calls that found no Valkey", ["call"])
log = structlog.get_logger("portal.system")


def _soft(call: str, otherwise: Callable[[tuple, dict], Any]) -> Callable[..., Any]:
    def method(self: "SoftCache", *args: Any, **options: Any) -> Any:
        try:
            return getattr(super(SoftCache, self), call)(*args, **options)
        except (RedisError, OSError) as error:
            cache_failures.labels(call).inc()
            log.warning("cache_unreachable", call=call, reason=type(error).__name__)
            return otherwise(args, options)

    method.__name__ = call
    return method


def _default(args: tuple, options: dict) -> Any:
    return options.get("default", args[1] if len(args) > 1 else None)


class _OneClient(RedisCacheClient):
    """Keeps the client (it is thread-safe and holds a pool); Django makes a new one for each call, which costs more
    than the call itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kept: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        index = self._get_connection_pool_index(write)  # type: ignore[attr-defined]  # unknown to the stubs
        if index not in self._kept:
            self._kept[index] = super().get_client(key, write=write)
        return self._kept[index]


class SoftCache(RedisCache):
    """Django's Redis cache; every call that cannot reach the server answers as an empty cache would."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient

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
