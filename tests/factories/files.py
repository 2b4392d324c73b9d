import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tests.factories.tickets import MessageFactory
from tickets.models import Attachment, DeskRules


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


class DeskRulesFactory(DjangoModelFactory):
    class Meta:
        model = DeskRules
        django_get_or_create = ("id",)

    id = 1
