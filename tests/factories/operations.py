import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.operations.models import ProbeResult, Task


class TaskFactory(DjangoModelFactory):
    class Meta:
        model = Task

    title = "Call the customer"
    opened_at = factory.LazyFunction(timezone.now)


class ProbeResultFactory(DjangoModelFactory):
    class Meta:
        model = ProbeResult

    name = "database"
    is_ok = True
    took_ms = 1.2
    probed_at = factory.LazyFunction(timezone.now)
