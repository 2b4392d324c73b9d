from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.lib.written import as_html
from tests.factories.accounts import OrganizationFactory, UserFactory
from tickets.models import Category, Message, SlaPolicy, Ticket, Timer


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    slug = factory.Sequence(lambda n: f"category-{n}")
    name = factory.Sequence(lambda n: f"Category {n}")


class TicketFactory(DjangoModelFactory):
    """A bare row: no message and no promise. Tests of behavior file theirs by the action."""

    class Meta:
        model = Ticket

    organization = factory.SubFactory(OrganizationFactory)
    requester = factory.SubFactory(UserFactory)
    subject = factory.Sequence(lambda n: f"Signals are late ({n})")
    filed_at = factory.LazyFunction(timezone.now)
    last_activity_at = factory.SelfAttribute("filed_at")


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    ticket = factory.SubFactory(TicketFactory)
    author = factory.SelfAttribute("ticket.requester")
    body = "Since this morning every signal comes ten minutes late."
    html = factory.LazyAttribute(lambda message: as_html(message.body))
    created_at = factory.SelfAttribute("ticket.filed_at")


class SlaPolicyFactory(DjangoModelFactory):
    class Meta:
        model = SlaPolicy
        django_get_or_create = ("dimension", "value")

    dimension = "tier"
    value = factory.Sequence(lambda n: f"tier-{n}")
    first_response_for = timedelta(hours=4)


class TimerFactory(DjangoModelFactory):
    class Meta:
        model = Timer

    ticket = factory.SubFactory(TicketFactory)
    target_for = timedelta(hours=4)
