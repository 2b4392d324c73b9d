import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.lib.tokens import seal
from portal.outbox.models import Endpoint, Letter, Webhook


class LetterFactory(DjangoModelFactory):
    class Meta:
        model = Letter

    key = factory.Sequence(lambda n: f"letter-{n}")
    to = factory.Sequence(lambda n: f"reader{n}@example.org")
    subject = "Your ticket was answered"
    text = "An answer."
    message_id = factory.Sequence(lambda n: f"<{n}@portal.example>")
    next_at = factory.LazyFunction(timezone.now)
    posted_at = factory.LazyFunction(timezone.now)


class EndpointFactory(DjangoModelFactory):
    class Meta:
        model = Endpoint

    url = "https://hooks.example.org/portal"
    sealed_secret = factory.LazyFunction(lambda: seal("whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"))


class WebhookFactory(DjangoModelFactory):
    class Meta:
        model = Webhook

    endpoint = factory.SubFactory(EndpointFactory)
    event_id = factory.Sequence(int)
    event_name = "ticket.filed"
    payload = {"ticket": 1}
    next_at = factory.LazyFunction(timezone.now)
    posted_at = factory.LazyFunction(timezone.now)
