from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from tests.factories.tickets import TicketFactory
from tickets.models import (
    Classifier,
    ClassifierVersion,
    Firing,
    Rule,
    RuleAct,
    RuleCondition,
    RuleVersion,
    Suggestion,
)


class ClassifierFactory(DjangoModelFactory):
    class Meta:
        model = Classifier
        django_get_or_create = ("trait",)

    trait = "category"


class ClassifierVersionFactory(DjangoModelFactory):
    """One that failed: without a model."""

    class Meta:
        model = ClassifierVersion

    classifier = factory.SubFactory(ClassifierFactory)
    number = factory.Sequence(lambda n: n + 1)
    state = "failed"
    made_at = datetime(2026, 3, 10, tzinfo=UTC)


class SuggestionFactory(DjangoModelFactory):
    class Meta:
        model = Suggestion

    ticket = factory.SubFactory(TicketFactory)
    trait = "category"
    options = factory.LazyAttribute(lambda one: [{"label": one.label, "confidence": one.confidence, "words": []}])
    label = "billing"
    confidence = 0.9
    made_at = factory.SelfAttribute("ticket.filed_at")


class RuleFactory(DjangoModelFactory):
    """Switched off and saying nothing yet."""

    class Meta:
        model = Rule

    name = factory.Sequence(lambda n: f"Rule {n}")
    trigger = "ticket.filed"


class RuleConditionFactory(DjangoModelFactory):
    class Meta:
        model = RuleCondition

    rule = factory.SubFactory(RuleFactory)
    asks = "priority"
    value = "high"


class RuleActFactory(DjangoModelFactory):
    class Meta:
        model = RuleAct

    rule = factory.SubFactory(RuleFactory)
    does = "solve"


class RuleVersionFactory(DjangoModelFactory):
    class Meta:
        model = RuleVersion

    rule = factory.SubFactory(RuleFactory)
    number = 1
    written = factory.LazyFunction(dict)
    made_at = datetime(2026, 3, 10, tzinfo=UTC)


class FiringFactory(DjangoModelFactory):
    class Meta:
        model = Firing

    rule = factory.SubFactory(RuleFactory)
    number = 1
    ticket = factory.SubFactory(TicketFactory)
    state = "done"
    fired_at = datetime(2026, 3, 10, tzinfo=UTC)
