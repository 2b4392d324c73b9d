"""Two things at once, or once more: whoever comes second sees what the first did."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection, connections, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tests.tickets.files import kept_in, upload
from tickets import actions as tickets
from tickets.models import Copy, Ticket

File = Callable[..., Ticket]


def wait_until_somebody_waits() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("Nobody waits for the lock.")


def alone(act: Callable[[], bool]) -> bool:
    try:
        return act()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_an_answer_takes_meanwhile_is_not_dropped(
    file: File, agent: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept_in(FileSystemStorage(location=tmp_path), monkeypatch)
    ticket, attachment = file(at=timezone.now() - timedelta(hours=1)), upload(agent)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            held = tickets.send(ticket=ticket, words=tickets.Words("See.", files=(attachment.public_id,)), by=agent)
            dropping = pool.submit(alone, lambda: tickets.drop_upload(attachment=attachment))
            wait_until_somebody_waits()
        assert dropping.result(20) is False
    attachment.refresh_from_db()
    assert (attachment.dropped_at, attachment.held) == (None, held)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_that_leaves_meanwhile_is_not_added_again(file: File, agent: User) -> None:
    ticket = file(at=timezone.now() - timedelta(hours=1))
    copy = tickets.add_copy(ticket=ticket, address="ada@elsewhere.example", by=agent)
    tickets.end_copy(copy=copy, by=agent)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            tickets.end_copy(copy=copy, by=None)
            adding = pool.submit(alone, lambda: bool(tickets.add_copy(ticket=ticket, address=copy.address, by=agent)))
            wait_until_somebody_waits()
        with pytest.raises(Refused, match="wants no more letters"):
            adding.result(20)
    assert not Copy.objects.live().exists()
    connection.close()


@pytest.mark.django_db
def test_what_was_taken_back_does_not_look_sent_when_the_same_form_comes_again(file: File, agent: User) -> None:
    ticket = file(at=timezone.now() - timedelta(hours=1))
    first, second = (tickets.Words("On it.", key=key) for key in ("one", "two"))
    tickets.take_back(held=tickets.send(ticket=ticket, words=first, by=agent), by=agent)
    with pytest.raises(Refused) as refused:
        tickets.send(ticket=ticket, words=first, by=agent)
    assert refused.value.code == "taken_back"
    assert tickets.send(ticket=ticket, words=second, by=agent).is_waiting
