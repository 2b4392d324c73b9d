import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from billing.models import Plan, Subscription
from tests.factories.accounts import OrganizationFactory, TierFactory


class PlanFactory(DjangoModelFactory):
    class Meta:
        model = Plan
        django_get_or_create = ("slug",)

    slug = "pro"
    name = factory.LazyAttribute(lambda plan: plan.slug.replace("-", " ").title())
    tier = factory.SubFactory(TierFactory, slug=factory.SelfAttribute("..slug"))
    price_per_month = 49_00
    price_per_year = 490_00


class SubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Subscription

    organization = factory.SubFactory(OrganizationFactory)
    plan = factory.SubFactory(PlanFactory)
    started_at = factory.LazyFunction(timezone.now)
