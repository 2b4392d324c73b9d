"""Rows of the desk: fields of one's own, views, answers on their way, who else hears of a ticket."""

import factory
from factory.django import DjangoModelFactory

from tests.factories.accounts import StaffFactory
from tests.factories.tickets import TicketFactory
from tickets.models import Copy, Desk, FieldValue, Follower, HeldReply, QueueView, SearchDocument, TicketField


class FollowerFactory(DjangoModelFactory):
    class Meta:
        model = Follower

    ticket = factory.SubFactory(TicketFactory)
    user = factory.SubFactory(StaffFactory)
    added_at = factory.SelfAttribute("ticket.filed_at")


class CopyFactory(DjangoModelFactory):
    class Meta:
        model = Copy

    ticket = factory.SubFactory(TicketFactory)
    address = factory.Sequence(lambda n: f"reader-{n}@elsewhere.example")
    added_at = factory.SelfAttribute("ticket.filed_at")


class DeskFactory(DjangoModelFactory):
    class Meta:
        model = Desk
        django_get_or_create = ("id",)

    id = 1


class HeldReplyFactory(DjangoModelFactory):
    class Meta:
        model = HeldReply

    ticket = factory.SubFactory(TicketFactory)
    author = factory.SubFactory(StaffFactory)
    body = "We look into it."
    leaves = "waiting"
    ticket_version = 2
    sent_at = factory.SelfAttribute("ticket.filed_at")
    leaves_at = factory.SelfAttribute("sent_at")


class SearchDocumentFactory(DjangoModelFactory):
    """The database makes it with the ticket."""

    class Meta:
        model = SearchDocument
        django_get_or_create = ("ticket",)

    ticket = factory.SubFactory(TicketFactory)


class QueueViewFactory(DjangoModelFactory):
    class Meta:
        model = QueueView

    name = factory.Sequence(lambda n: f"View {n}")
    query = "status:ours"


class TicketFieldFactory(DjangoModelFactory):
    """A text that staff fill in, for every category."""

    class Meta:
        model = TicketField

    slug = factory.Sequence(lambda n: f"field-{n}")
    name = factory.Sequence(lambda n: f"Field {n}")
    kind = "text"


class FieldValueFactory(DjangoModelFactory):
    class Meta:
        model = FieldValue

    ticket = factory.SubFactory(TicketFactory)
    field = factory.SubFactory(TicketFieldFactory)
    kind = "text"
    text = "Gold"
