from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from billing.actions import move_plan
from billing.demo import furnish
from billing.furnish import make_plans
from billing.models import Plan, Subscription, check_features, price
from billing.states import SubscriptionState
from portal.accounts.demo import COMPANIES
from portal.accounts.demo import furnish as furnish_people
from portal.accounts.models import Organization
from portal.events.models import Event
from portal.operations.models import Task
from tests.factories.accounts import OrganizationFactory, StaffFactory
from tests.factories.billing import PlanFactory, SubscriptionFactory
from tests.factories.tickets import TicketFactory

pytestmark = pytest.mark.django_db


def test_the_tier_follows_the_plan_and_both_are_news(now: datetime) -> None:
    organization, staff = OrganizationFactory(tier=None), StaffFactory()
    elite = PlanFactory(slug="elite")
    subscription = move_plan(organization=organization, plan=elite, by=staff, reason="Signed", now=now)
    assert subscription == Subscription.objects.get(state=SubscriptionState.ACTIVE, started_by=staff, started_at=now)
    organization.refresh_from_db()
    assert organization.tier == elite.tier
    news = Event.objects.of_organization(organization).oldest_first()
    assert [event.name for event in news] == ["organization.tier_changed", "subscription.plan_changed"]
    assert news[1].sentence("Sofia") == "Sofia moved the plan from none to elite"
    assert "Signed" not in str([event.details for event in news]), "why is for colleagues only"


def test_open_promises_move_with_the_plan(now: datetime, settle: Callable[..., int]) -> None:
    organization = OrganizationFactory(tier__slug="pro")
    ticket = TicketFactory(organization=organization)
    move_plan(organization=organization, plan=PlanFactory(slug="elite"), by=None, now=now)
    assert settle() > 0
    ticket.refresh_from_db()
    assert ticket.organization.entitlement.tier == "elite"


def test_the_plan_it_is_on_already_changes_nothing(now: datetime) -> None:
    organization, pro = OrganizationFactory(tier=None), PlanFactory()
    first = move_plan(organization=organization, plan=pro, by=None, now=now)
    again = move_plan(organization=organization, plan=pro, by=None, now=now + timedelta(days=1))
    assert first == again
    assert Event.objects.named("subscription.plan_changed").count() == 1


def test_another_plan_ends_the_one_before_and_no_plan_takes_the_tier_away(now: datetime) -> None:
    organization = OrganizationFactory(tier=None)
    move_plan(organization=organization, plan=PlanFactory(), by=None, now=now)
    later = now + timedelta(days=30)
    assert move_plan(organization=organization, plan=None, by=None, now=later) is None
    ended = Subscription.objects.get()
    assert (ended.state, ended.ended_at) == (SubscriptionState.ENDED, later)
    organization.refresh_from_db()
    assert organization.tier is None


def test_two_active_subscriptions_are_impossible() -> None:
    first = SubscriptionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        SubscriptionFactory(organization=first.organization)


def test_shipped_plans_are_made_once_and_never_overwritten() -> None:
    make_plans()
    assert list(Plan.objects.values_list("slug", "tier__slug")) == [
        ("pro", "pro"),
        ("elite", "elite"),
        ("ultra-premium", "ultra-premium"),
    ]
    Plan.objects.filter(slug="pro").update(price_per_month=1)
    make_plans()
    assert Plan.objects.get(slug="pro").price_per_month == 1
    for plan in Plan.objects.all():
        plan.full_clean()


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [(49_00, "USD", "$49"), (49_50, "EUR", "€49.50"), (1_234_500_00, "CHF", "CHF 1,234,500"), (4900, "JPY", "¥4,900")],
)
def test_prices_read_as_people_write_them(minor: int, currency: str, words: str) -> None:
    assert price(minor, currency) == words


@pytest.mark.parametrize("wrong", ["text", [["one"]], [[1, "two"]], [["one", None]], [{"one": "two"}]])
def test_features_that_no_page_could_show_are_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        check_features(wrong)


def test_the_demo_puts_each_company_on_its_plan(now: datetime) -> None:
    make_plans()
    furnish_people(now=now)
    furnish(now=now)
    for company in COMPANIES:
        organization = Organization.objects.get(name=company.name)
        assert organization.entitlement.tier == company.plan
    assert Subscription.objects.filter(state=SubscriptionState.ENDED).count() == 2
    assert not Subscription.objects.filter(started_at__gt=now).exists()
    calls = Task.objects.open().filter(about_type="accounts.organization", owner__name="Sofia Marques")
    assert {call.about_id for call in calls} <= {str(pk) for pk in Organization.objects.values_list("pk", flat=True)}
    assert calls.overdue(now).exists()
