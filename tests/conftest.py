import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections

from helpcenter.search import semantic
from helpcenter.views import searching
from portal.accounts import context as brand_context
from portal.events.actions import deliver_next
from portal.lib.rate_limits import Nearby
from portal.lib.soft_cache import SoftCache
from tests.databases import migrated


def pytest_configure() -> None:
    """A good hash is slow on purpose, and tests make people by the thousand. A busy machine is no lost cache."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES["default"]["OPTIONS"] = {"socket_connect_timeout": 5, "socket_timeout": 5}


@pytest.fixture
def now() -> datetime:
    """A fixed moment for tests: a Tuesday morning."""
    return datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of this process begins as a copy of the one that has all tables."""
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = migrated()


@pytest.fixture(scope="session", autouse=True)
def lasting_brand() -> Iterator[None]:
    """The copy of the brand that each process keeps does not run out in the middle of counting queries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(brand_context, "_FRESH_FOR_S", 10**9)
        yield


@pytest.fixture(scope="session", autouse=True)
def words_alone() -> Iterator[None]:
    """Searches in this process load no model and no vectors behind a test's back; a test that wants them loads them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(semantic, "LOOKED_AT_EVERY_S", float("inf"))
        yield


@pytest.fixture(autouse=True)
def fresh_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins with an empty cache, and no process has counted anything."""
    monkeypatch.setattr(SoftCache, "paused_until", 0.0)
    cache.clear()
    monkeypatch.setattr(searching, "notes", Nearby(searching.notes.limit))


@pytest.fixture(scope="session")
def own_servers() -> Path:
    """The folder of portals that start servers of their own: empty for the first of them, furnished for the others.

    Not among pytest's own folders, which PostgreSQL's user may not enter when root runs tests.
    """
    path = Path(os.environ["LOCAL_DIR"]) / "own"
    shutil.rmtree(path, ignore_errors=True)
    return path


@pytest.fixture
def settle(db: None) -> Callable[..., int]:
    """Delivers all news that is due, as the worker would, until nothing is left; answers how many."""

    def deliver(now: datetime | None = None) -> int:
        count = 0
        while deliver_next(now=now):
            count += 1
        return count

    return deliver
