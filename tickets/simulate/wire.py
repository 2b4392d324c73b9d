"""The way of the letters out of the house: workers die with a letter in hand, the mail server is away now and then."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from portal.lib.invariants import must
from portal.outbox.actions import claim_next, mark_failed, mark_sent
from portal.outbox.models import Letter

ROUNDS = 40
LATER = timedelta(hours=25)  # longer than any wait between two tries


def send_all(luck: Random, at: datetime) -> int:
    """Hands all letters to the wire, and answers how often that was tried. Raises Broken unless each went out once."""
    taken: Counter[str] = Counter()
    tries = 0
    for _round in range(ROUNDS):
        while letter := claim_next(now=at):
            tries += 1
            chance = luck.random()
            if chance < 0.03:
                continue  # the worker died: its lease runs out
            if chance < 0.06:
                mark_failed(letter=letter, reason="The mail server is away.", now=at)
                continue
            taken[letter.key] += 1
            mark_sent(letter=letter, now=at)
        at += LATER
    _each_once(taken)
    return tries


def _each_once(taken: Counter[str]) -> None:
    posted = set(Letter.objects.values_list("key", flat=True))
    lost = posted - set(taken)
    must(not lost, f"{len(lost)} letters never went out, {min(lost, default='')} among them")
    twice = [key for key, count in taken.items() if count > 1]
    must(not twice, f"{len(twice)} letters went out twice, {min(twice, default='')} among them")
