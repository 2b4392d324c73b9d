import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.success.models import Health, HealthWeight
from tests.factories.accounts import OrganizationFactory


class HealthFactory(DjangoModelFactory):
    class Meta:
        model = Health

    organization = factory.SubFactory(OrganizationFactory)
    score = 80
    known = 100
    scored_at = factory.LazyFunction(timezone.now)


class HealthWeightFactory(DjangoModelFactory):
    class Meta:
        model = HealthWeight

    part = factory.Sequence(lambda n: f"part-{n}")
    weight = 1
