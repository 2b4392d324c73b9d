from datetime import UTC, datetime, time

import pytest

from portal.lib.quiet_hours import quiet_until

NIGHT = {"begins": time(22), "ends": time(7), "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-01-10 20:59", None),
        ("2026-01-10 21:00", "2026-01-11 06:00"),
        ("2026-01-11 03:00", "2026-01-11 06:00"),
        ("2026-01-11 06:00", None),
        ("2026-03-28 23:00", "2026-03-29 05:00"),  # the night in which summer time begins
        ("2026-10-24 23:00", "2026-10-25 06:00"),  # and ends
    ],
)
def test_quiet_hours_go_over_midnight_in_the_zone_of_the_person(at: str, until: str | None) -> None:
    found = quiet_until(datetime.fromisoformat(at).replace(tzinfo=UTC), **NIGHT)
    assert found == (datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None)


def test_without_both_ends_or_with_equal_ones_nobody_is_quiet() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert quiet_until(at, begins=None, ends=None, zone="UTC") is None
    assert quiet_until(at, begins=time(0), ends=time(0), zone="UTC") is None
