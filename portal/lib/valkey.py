"""The one connection to Valkey that the cache holds, for what the cache's own words cannot say."""

from typing import Any

from django.core.cache import cache


def client() -> Any:
    """redis-py's client (untyped: its types say less than nothing). Its calls raise RedisError or OSError when Valkey
    is away; whoever calls decides what then holds."""
    return cache._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # of the cache that settings choose


def failed(call: str, error: Exception) -> None:
    """To be told of each call that raised: for two seconds neither this door nor the cache asks Valkey any more."""
    cache.tell(call, error)  # type: ignore[attr-defined]  # of the cache that settings choose
