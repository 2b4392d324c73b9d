from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tests.factories.tickets import MessageFactory, TicketFactory
from tickets.models import Attachment, GuestFiling, GuestLink


class AttachmentFactory(DjangoModelFactory):
    """A bare row; its bytes are nowhere. Tests of behavior hand files in by the action."""

    class Meta:
        model = Attachment

    message = factory.SubFactory(MessageFactory)
    uploaded_by = factory.SelfAttribute("message.author")
    name = "trace.txt"
    content_type = "text/plain"
    size = 4
    stored = factory.Sequence(lambda n: f"no/{n}")
    uploaded_at = factory.LazyFunction(timezone.now)


class GuestFilingFactory(DjangoModelFactory):
    class Meta:
        model = GuestFiling

    email = factory.Sequence(lambda n: f"guest{n}@example.net")
    name = "Gerda"
    subject = "Signals are late"
    body = "Since this morning."
    digest = factory.Sequence(lambda n: f"{n:064}")
    network = "n"
    created_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda filing: filing.created_at + timedelta(hours=48))


class GuestLinkFactory(DjangoModelFactory):
    class Meta:
        model = GuestLink

    ticket = factory.SubFactory(TicketFactory)
    created_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda link: link.created_at + timedelta(days=60))
