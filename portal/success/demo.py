"""How the demo's customers fare, counted once when they are there."""

from datetime import datetime

from portal.success import actions


def furnish(*, now: datetime) -> None:
    actions.make_weights()
    actions.count_health(now=now)
