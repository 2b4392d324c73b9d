"""What the work list says of the queue."""

from collections.abc import Callable
from datetime import datetime

import pytest

from portal.accounts.models import User
from tickets import metrics
from tickets.metrics import queue_of
from tickets.models import Ticket
from tickets.querysets import tickets as querysets

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


def test_no_figure_of_the_queue_is_counted_further_than_anybody_reads(
    agent: User, file: File, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        file(at=now)
    for module in (querysets, metrics):
        monkeypatch.setattr(module, "MOST_FIGURED", 3)
    assert queue_of(agent, now).unassigned == 3
    panel = metrics.my_queue(agent, now)
    assert panel is not None
    assert [dial.figure for dial in panel.dials[:2]] == [0, "2+"]
