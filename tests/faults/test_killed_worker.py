"""The worker is killed while it sends: no letter is lost, few come twice, and those look the same."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from portal.lib.wake import wake
from portal.outbox.actions import post
from portal.outbox.letters import Draft
from portal.outbox.models import Letter
from portal.outbox.states import LetterState
from tests.fakes.mail import MailServer
from tests.faults import FULL
from tests.faults.workers import Worker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS, KILLS = (500, 3) if FULL else (60, 1)
CHILDREN = 2


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def worker(mail: MailServer, tmp_path: Path) -> Iterator[Worker]:
    """Sends by the test's own database and broker to the test's mail server; a claim holds for two seconds."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "VALKEY_URL": settings.VALKEY_URL,
        "EMAIL_URL": mail.url,
        "LETTER_LEASE_SECONDS": "2",
        "WORKER_CONCURRENCY": str(CHILDREN),
    }
    running = Worker(environment, tmp_path / "worker.log")
    yield running
    running.stop()


def post_letters() -> set[str]:
    """The Message-IDs of the letters that are to arrive."""
    return {
        post(Draft(key=f"letter-{n}", to=f"reader{n}@example.org", subject=f"Letter {n}", text="Words")).message_id
        for n in range(LETTERS)
    }


def sweep_until(condition: Callable[[], bool], mail: MailServer, log: Path) -> None:
    """Wakes the sender again and again, as the clock does each half minute."""

    def met() -> bool:
        for _child in range(CHILDREN):
            wake("outbox.send")
        return condition()

    wait_until(met, within_s=120, why=lambda: f"{len(mail.arrived)} arrived\n{log.read_text()[-3000:]}")


def arrivals(mail: MailServer) -> Counter[str]:
    return Counter(str(letter["Message-ID"]) for letter in mail.arrived)


def all_sent() -> bool:
    return not Letter.objects.exclude(state=LetterState.SENT).exists()


def test_killed_while_it_sends_no_letter_is_lost_and_few_come_twice(mail: MailServer, worker: Worker) -> None:
    expected = post_letters()
    for kill in range(KILLS):
        worker.start()
        enough = LETTERS * (kill + 1) // (KILLS + 2)
        sweep_until(lambda enough=enough: len(mail.arrived) >= enough, mail, worker.log)
        worker.kill()
        assert len(arrivals(mail)) < LETTERS, "The kill came too late to tell anything."
    worker.start()
    sweep_until(all_sent, mail, worker.log)
    arrived = arrivals(mail)
    duplicates = sum(arrived.values()) - len(arrived)
    print(f"{LETTERS} letters, {KILLS} kills: {len(expected - set(arrived))} lost, {duplicates} duplicates")
    assert set(arrived) == expected
    assert duplicates <= KILLS * CHILDREN
    assert max(arrived.values()) <= 1 + KILLS


def test_a_killed_child_loses_no_letter_either(mail: MailServer, worker: Worker) -> None:
    expected = post_letters()
    worker.start()
    for kill in range(KILLS):
        enough = LETTERS * (kill + 1) // (KILLS + 2)
        sweep_until(lambda enough=enough: len(mail.arrived) >= enough, mail, worker.log)
        worker.kill_a_child()
    sweep_until(all_sent, mail, worker.log)
    arrived = arrivals(mail)
    assert set(arrived) == expected
    assert sum(arrived.values()) - len(arrived) <= KILLS


def test_left_alone_it_sends_every_letter_once(mail: MailServer, worker: Worker) -> None:
    expected = post_letters()
    worker.start()
    sweep_until(all_sent, mail, worker.log)
    assert arrivals(mail) == Counter(dict.fromkeys(expected, 1))
