"""Of what takes minutes, one piece is done at a time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from helpcenter.tasks import embed_passages
from portal.lib.long_work import turn
from tests.factories.helpcenter import PassageFactory
from tickets.tasks import tend_classifiers

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere() -> bool:
    """Whether another worker would get its turn."""
    try:
        with turn() as is_mine:
            return is_mine
    finally:
        connection.close()


def test_a_second_worker_has_its_turn_once_the_first_is_done_or_dead() -> None:
    with ThreadPoolExecutor(1) as other:
        with turn() as is_mine:
            assert is_mine
            assert not other.submit(elsewhere).result()
        assert other.submit(elsewhere).result()
        with pytest.raises(RuntimeError, match="died"), turn():
            raise RuntimeError("The work died.")
        assert other.submit(elsewhere).result()


def test_what_takes_minutes_leaves_the_worker_to_others_when_it_is_not_its_turn() -> None:
    PassageFactory(vector=None)

    def long_jobs() -> tuple[int, int]:
        try:
            return embed_passages(), tend_classifiers()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, turn():
        assert other.submit(long_jobs).result() == (0, 0)
