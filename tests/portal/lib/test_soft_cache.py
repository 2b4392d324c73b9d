import socket
import time

import pytest
from django.core.cache import cache

from portal.lib.soft_cache import PAUSE_S, SoftCache
from portal.lib.wake import lost_wake_ups, wake


def dead_cache() -> SoftCache:
    return SoftCache("redis://127.0.0.1:9/0", {"OPTIONS": {"socket_connect_timeout": 0.1}})


def test_a_dead_valkey_is_a_miss_and_never_an_error() -> None:
    cache = dead_cache()
    cache.set("key", 1)
    assert cache.get("key") is None
    assert cache.get("key", "otherwise") == "otherwise"
    assert cache.get_or_set("key", lambda: 7) == 7
    assert cache.get_many(["a", "b"]) == {}
    assert cache.add("key", 1)
    assert cache.incr("key") == 1
    assert cache.count("key", keep_s=9) == (None, 0)
    assert not cache.delete("key")
    assert "key" not in cache


def test_a_valkey_that_hangs_is_waited_for_once_and_then_left_in_peace_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:  # takes connections, never answers
        address = f"redis://127.0.0.1:{hanging.getsockname()[1]}/0"
        cache = SoftCache(address, {"OPTIONS": {"socket_timeout": 0.3}})
        begun = time.monotonic()
        assert [cache.get("key") for _ in range(20)] == [None] * 20
        assert 0.3 <= time.monotonic() - begun < 0.6
        assert SoftCache.paused_until - begun > PAUSE_S
        monkeypatch.setattr(SoftCache, "paused_until", 0.0)
        assert cache.count("key", keep_s=9) == (None, 0)
        assert SoftCache.paused_until  # it was asked again, in vain


def test_a_counter_begins_by_itself_is_forgotten_and_tells_of_another() -> None:
    assert cache.count("now", keep_s=60, beside="before") == (1, 0)
    assert cache.count("now", 4, keep_s=60) == (5, 5)
    assert cache.count("later", -1, keep_s=60, beside="now") == (-1, 5)
    assert 0 < cache._cache.get_client("now").ttl(cache.make_key("now")) <= 60


def test_a_wake_up_without_a_broker_is_counted_and_quick(settings: object, monkeypatch: object) -> None:
    from celery import current_app

    before = lost_wake_ups.labels("events.deliver")._value.get()
    broker = current_app.conf.broker_url
    current_app.conf.broker_url = current_app.conf.broker_write_url = "redis://127.0.0.1:9/0"
    try:
        begun = time.monotonic()
        wake("events.deliver")
        took = time.monotonic() - begun
    finally:
        current_app.conf.broker_url, current_app.conf.broker_write_url = broker, None
    assert lost_wake_ups.labels("events.deliver")._value.get() == before + 1
    assert took < 1
