"""Some days of a busy desk, in short; `make simulate` plays the long one."""

from datetime import timedelta

import pytest

from tickets import simulate

pytestmark = pytest.mark.django_db
DAYS = 5


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_must_hold_holds_after_some_days(shipped: None, seed: int) -> None:
    counts = simulate.play(days=DAYS, seed=seed, between=timedelta(minutes=90))
    assert {name for name, count in counts.items() if not count} <= {"outages"}
