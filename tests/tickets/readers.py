"""Classifiers in use, for tests: trained once per process, on words alone."""

from datetime import UTC, datetime
from functools import cache

from portal.lib.text.training import train_classifier, train_sentiment
from tests.factories.routing import ClassifierFactory, ClassifierVersionFactory
from tickets.actions.classifying import start_set
from tickets.actions.classifying.judging import _loaded
from tickets.models import ClassifierVersion
from tickets.states.classifying import NEVER_APPLIED, Trait

ALL = tuple(Trait)


@cache
def trained(trait: str) -> bytes:
    learn = train_sentiment if trait == Trait.SENTIMENT else train_classifier
    return learn(*start_set(trait), None).to_bytes()


def in_use(*traits: str, at: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> dict[str, ClassifierVersion]:
    """A version in use of each of these traits."""
    _loaded.cache_clear()  # ids come again when a test is rolled back
    found = {}
    for trait in traits or ALL:
        classifier = ClassifierFactory(trait=trait, applies=trait not in NEVER_APPLIED)
        found[trait] = ClassifierVersionFactory(
            classifier=classifier, state="live", trained=trained(trait), made_at=at, digest="start"
        )
    return found
