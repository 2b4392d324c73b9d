import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.events.models import Delivery, Event


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    name = "organization.signed_up"
    about_type = "accounts.organization"
    about_id = factory.Sequence(str)
    happened_at = factory.LazyFunction(timezone.now)


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    event = factory.SubFactory(EventFactory)
    listener = "tests.listener"
    next_at = factory.LazyFunction(timezone.now)
