"""Limits that a process counts by itself."""

from datetime import datetime, timedelta

from portal.lib.rate_limits import Nearby


def test_a_process_lets_through_so_many_a_minute_of_each_key(now: datetime) -> None:
    limit, begun = Nearby(2), now.replace(second=0)
    assert [limit.is_over("here", now=begun + timedelta(seconds=at)) for at in (0, 10, 20, 59)] == [
        False, False, True, True,
    ]  # fmt: skip
    assert not limit.is_over("there", now=begun + timedelta(seconds=59))
    assert not limit.is_over("here", now=begun + timedelta(seconds=60))
