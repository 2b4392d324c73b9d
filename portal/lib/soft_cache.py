"""A Valkey cache whose loss is a miss, never an error: pages get slower, nothing stops."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
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


class SoftCache(RedisCache):
    """Django's Redis cache; every call that cannot reach the server answers as an empty cache would."""

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
