from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from billing.actions import move_plan, save_plan
from billing.furnish import make_plans
from billing.models import Plan, Subscription
from portal.accounts.states import MemberRole
from portal.events.models import Event
from tests.factories.accounts import MembershipFactory, OrganizationFactory, StaffFactory, UserFactory
from tests.factories.billing import PlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans(db: None) -> None:
    make_plans()


def test_everybody_compares_the_plans_with_what_each_promises(plans: None, client: Client) -> None:
    text = client.get(reverse("billing:pricing")).text
    for words in ("Pro", "Elite", "Ultra Premium", "$49", "within 24 hours", "within 4 hours", "within 1 hour", "250"):
        assert words in text
    assert text.count("within 15 minutes") == 3


def test_the_page_kept_for_visitors_is_made_anew_when_a_plan_changes(
    plans: None, client: Client, settle: Callable[..., int]
) -> None:
    address = reverse("billing:pricing")
    client.get(address)
    pro = Plan.objects.get(slug="pro")
    pro.price_per_month = 59_00
    pro.save()
    assert "$59" not in client.get(address).text, "it is kept"
    save_plan(plan=pro, by=StaffFactory())
    settle()
    assert "$59" in client.get(address).text


def test_a_portal_without_public_plans_says_so(client: Client) -> None:
    Plan.objects.all().delete()
    assert "No plan is on offer" in client.get("/pricing/").text


@pytest.mark.parametrize("role", [MemberRole.OWNER, MemberRole.BILLING])
def test_those_who_pay_see_plan_since_when_and_history(plans: None, client: Client, role: MemberRole) -> None:
    membership = MembershipFactory(role=role)
    sofia = StaffFactory(name="Sofia")
    elite = Plan.objects.get(slug="elite")
    move_plan(organization=membership.organization, plan=elite, by=sofia, reason="Their desk has grown")
    client.force_login(membership.user)
    text = client.get(reverse("billing:overview")).text
    assert "$199" in text
    assert "Sofia moved the plan from none to Elite" in text
    assert "Their desk has grown" not in text
    assert reverse("tickets:new") + "?subject=" in text


def test_a_member_learns_whom_to_ask_and_nothing_about_money(plans: None, client: Client) -> None:
    owner = MembershipFactory(role=MemberRole.OWNER, user__name="Harriet Stone")
    member = MembershipFactory(role=MemberRole.MEMBER, organization=owner.organization)
    move_plan(organization=owner.organization, plan=Plan.objects.get(slug="elite"), by=None)
    client.force_login(member.user)
    text = client.get("/billing/").text
    assert "Harriet Stone" in text
    assert "$199" not in text


def test_the_plan_of_another_organization_does_not_exist_for_a_customer(plans: None, client: Client) -> None:
    other = OrganizationFactory()
    client.force_login(MembershipFactory(role=MemberRole.OWNER).user)
    assert client.get(f"/billing/?of={other.public_id}").status_code == 404


def test_somebody_without_an_organization_is_led_to_one(client: Client) -> None:
    client.force_login(UserFactory())
    assert reverse("accounts:organization") in client.get("/billing/").text


def test_the_history_calls_plans_and_tiers_by_their_names(plans: None, client: Client) -> None:
    owner = MembershipFactory(role=MemberRole.OWNER, organization__tier=None)
    move_plan(organization=owner.organization, plan=Plan.objects.get(slug="ultra-premium"), by=None)
    client.force_login(owner.user)
    assert "moved the plan from none to Ultra Premium" in client.get("/billing/").text
    client.force_login(StaffFactory(role="success-manager"))
    timeline = client.get(reverse("admin:accounts_organization_change", args=[owner.organization.pk])).text
    assert "moved the plan from none to Ultra Premium" in timeline
    assert "moved the support tier from none to Ultra Premium" in timeline


def test_the_pages_cost_few_queries(plans: None, client: Client, django_assert_num_queries: Callable) -> None:
    membership = MembershipFactory(role=MemberRole.OWNER)
    move_plan(organization=membership.organization, plan=Plan.objects.get(slug="elite"), by=None)
    client.force_login(membership.user)
    client.get("/billing/")
    with django_assert_num_queries(6):
        client.get("/billing/")


def test_staff_move_a_plan_from_the_organization_with_a_reason(plans: None, client: Client) -> None:
    organization = OrganizationFactory(tier=None)
    client.force_login(StaffFactory(role="success-manager"))
    answer = client.get(reverse("admin:accounts_organization_change_plan", args=[organization.pk]))
    address = answer["Location"]
    assert address == f"{reverse('admin:billing_subscription_add')}?organization={organization.pk}"
    assert organization.name in client.get(address).text
    elite = Plan.objects.get(slug="elite")
    assert client.post(address, {"plan": elite.pk, "reason": ""}).status_code == 422
    assert client.post(address, {"plan": elite.pk, "reason": "Signed"}).status_code == 302
    assert Subscription.objects.get().reason == "Signed"
    organization.refresh_from_db()
    assert organization.tier == elite.tier
    assert client.get(reverse("admin:billing_subscription_changelist")).status_code == 200
    assert client.get(reverse("admin:billing_subscription_add")).status_code == 302
    client.force_login(StaffFactory(role="agent-l1"))
    assert client.get(address).status_code == 403


def test_an_administrator_changes_a_plan_but_not_the_tier_under_its_subscribers(plans: None, client: Client) -> None:
    client.force_login(StaffFactory(role="administrator"))
    plan = PlanFactory(slug="pro")
    address = reverse("admin:billing_plan_change", args=[plan.pk])
    assert client.get(address).status_code == 200
    words = {"name": "Pro", "price_per_month": 5900, "price_per_year": 59000, "currency": "USD", "position": 1,
             "features": "[]", "tier": Plan.objects.get(slug="elite").tier_id}  # fmt: skip
    assert client.post(address, words).status_code == 302
    plan.refresh_from_db()
    assert (plan.price_per_month, plan.tier.slug) == (5900, "pro")
    assert Event.objects.named("plan.changed").exists()
    assert client.get(reverse("admin:billing_plan_changelist")).status_code == 200
