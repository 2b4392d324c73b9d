"""How customers fare: counted by the clock into rows that say why; not enough known is no score."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Organization, User
from portal.events.models import Event
from portal.success import actions as success
from portal.success.health import falling, measures
from portal.success.models import Health, HealthWeight
from portal.success.tasks import count_health
from tests.factories.accounts import MembershipFactory, OrganizationFactory, StaffFactory
from tests.factories.billing import SubscriptionFactory
from tests.factories.success import HealthFactory
from tests.factories.tickets import EscalationFactory, SurveyFactory, TicketFactory, TimerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(db: None, now: datetime) -> Organization:
    return OrganizationFactory(name="Meridian Capital")


def counted(organization: Organization, now: datetime) -> Health:
    success.count_health(now=now)
    return Health.objects.get(organization=organization)


def part(health: Health, slug: str) -> dict[str, int]:
    return {one["part"]: one for one in health.parts}[slug]


def ticket(organization: Organization, at: datetime, **fields: object) -> object:
    return TicketFactory(organization=organization, filed_at=at, last_activity_at=at, **fields)


def test_of_a_customer_of_whom_little_is_known_there_is_no_score(organization: Organization, now: datetime) -> None:
    health = counted(organization, now)
    assert (health.score, health.parts, health.known, health.band) == (None, [], 0, "unknown")
    SubscriptionFactory(organization=organization)
    health = counted(organization, now + timedelta(hours=1))
    assert health.score is None  # one part alone says too little
    assert part(health, "plan")["score"] == 100


def test_the_score_is_the_weighted_mean_of_what_is_known(organization: Organization, now: datetime) -> None:
    HealthWeight.objects.exclude(part__in=["plan", "ratings"]).update(weight=0)
    HealthWeight.objects.filter(part="plan").update(weight=3)
    HealthWeight.objects.filter(part="ratings").update(weight=1)
    SubscriptionFactory(organization=organization)
    one = ticket(organization, now - timedelta(days=2))
    SurveyFactory(ticket=one, score=1, answered_at=now - timedelta(days=1))
    health = counted(organization, now)
    assert (health.score, health.known, health.band) == (75, 100, "well")
    assert part(health, "ratings") == {
        "part": "ratings", "score": 0, "weight": 1, "figures": {"count": 1, "mean": 1.0}
    }  # fmt: skip
    HealthWeight.objects.filter(part="ratings").update(weight=6)
    health = counted(organization, now + timedelta(hours=1))
    assert (health.score, health.band) == (33, "badly")
    changed = Event.objects.about(health).get()
    assert (changed.details["old"], changed.details["new"], changed.organization_id) == (
        "well",
        "badly",
        organization.pk,
    )


def test_each_fact_is_counted_of_its_customer_alone(organization: Organization, now: datetime) -> None:
    other = OrganizationFactory()
    lately = now - timedelta(days=3)
    for number in range(5):
        one = ticket(organization, lately)
        missed = {"missed_at": lately} if number == 0 else {}
        TimerFactory(ticket=one, met_at=lately, running_since=None, next_at=None, **missed)
        if number < 2:
            EscalationFactory(ticket=one, fired_at=lately)
    TimerFactory(ticket=ticket(other, lately), met_at=lately, running_since=None, next_at=None)
    long_ago = ticket(organization, now - timedelta(days=200))
    TimerFactory(ticket=long_ago, met_at=now - timedelta(days=200), running_since=None, next_at=None)
    member = MembershipFactory(organization=organization).user
    User.objects.filter(pk=member.pk).update(last_login=now - timedelta(days=70))
    health = counted(organization, now)
    assert part(health, "promises")["figures"] == {"missed": 1, "all": 5}
    assert part(health, "promises")["score"] == 0
    assert part(health, "escalations")["figures"] == {"escalated": 2, "open": 5}
    assert part(health, "seen") == {"part": "seen", "score": 0, "weight": 2, "figures": {"days": 70}}
    of_other = Health.objects.get(organization=other)
    assert part(of_other, "promises")["figures"] == {"missed": 0, "all": 1}
    assert "seen" not in {one["part"] for one in of_other.parts}


def test_taken_up_again_and_more_than_usual_count(organization: Organization, now: datetime) -> None:
    for number in range(10):
        for name in ("ticket.solved", *(["ticket.reopened"] if number < 3 else [])):
            Event.objects.create(name=name, about_type="tickets.ticket", about_id=str(number), happened_at=now,
                               organization_id=organization.pk)  # fmt: skip
    for days in (40, 50, 60, 70, 5, 5, 5, 5):
        ticket(organization, now - timedelta(days=days))
    health = counted(organization, now)
    assert part(health, "reopened")["figures"] == {"reopened": 3, "solved": 10}
    assert part(health, "reopened")["score"] == 0
    assert part(health, "trend") == {"part": "trend", "score": 50, "weight": 1, "figures": {"lately": 4, "usual": "2"}}


def test_more_of_it_is_never_better(now: datetime) -> None:
    assert [falling(share, worst=0.5) for share in (-1, 0, 0.25, 0.5, 9)] == [100, 100, 50, 0, 0]


def test_the_clock_counts_all_and_none_twice(
    django_assert_max_num_queries: Callable[..., object], now: datetime
) -> None:
    OrganizationFactory.create_batch(5)
    assert count_health() == Organization.objects.count()
    assert count_health() == 0
    with django_assert_max_num_queries(40):  # a question per respect, whatever the number of customers
        success.count_health(now=now + timedelta(days=20000))


def test_every_respect_has_a_weight_that_staff_change(client: Client, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    assert set(HealthWeight.objects.values_list("part", flat=True)) >= set(measures())
    row = HealthWeight.objects.get(part="plan")
    client.force_login(StaffFactory(role="success-manager"))
    client.post(f"/admin/success/healthweight/{row.pk}/change/", {"weight": "7"})
    row.refresh_from_db()
    assert row.weight == 7
    success.make_weights()
    row.refresh_from_db()
    assert row.weight == 7


def test_the_panel_says_why_and_what_is_not_known(
    client: Client, settings: LazySettings, organization: Organization, now: datetime
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(role="success-manager"))
    address = reverse("admin:success_health_of_organization", args=[organization.pk])
    page = client.get(address).text
    assert "Not enough known" in page
    assert "It is counted within the hour." in page
    parts = [
        {"part": "plan", "score": 100, "weight": 3, "figures": {"running": 1, "ended": 0}},
        {"part": "promises", "score": 0, "weight": 5, "figures": {"missed": 4, "all": 9}},
        {"part": "gone-since", "score": 0, "weight": 5, "figures": {}},
    ]
    HealthFactory(organization=organization, score=38, known=60, parts=parts)
    page = client.get(address, headers={"HX-Request": "true", "HX-Target": "health"}).text
    assert "<html" not in page
    assert "At risk" in page
    assert "38 of 100" in page
    assert page.index("4 of 9 promises were missed in 90 days.") < page.index("Plans that run: 1; that ended: 0.")
    assert "Nothing is known yet of:" in page
    assert "Ratings" in page
    shown = client.get(reverse("admin:accounts_organization_change", args=[organization.pk])).text
    assert f'hx-get="{address}"' in shown


def test_who_may_not_see_health_sees_none(client: Client, settings: LazySettings, organization: Organization) -> None:
    settings.STAFF_SECOND_FACTOR = False
    address = reverse("admin:success_health_of_organization", args=[organization.pk])
    client.force_login(StaffFactory(role="agent-l1"))
    assert client.get(address).status_code == 403
    assert address not in client.get(reverse("admin:accounts_organization_change", args=[organization.pk])).text
    client.force_login(MembershipFactory(organization=organization).user)
    assert "/login" in client.get(address, follow=True).redirect_chain[-1][0]


def test_the_list_shows_those_at_risk_first(client: Client, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(role="lead"))
    for name, score in (("Fine", 90), ("Bad", 10), ("Unknown", None)):
        HealthFactory(organization__name=name, score=score)
    page = client.get("/admin/success/health/").text
    assert page.index("Bad") < page.index("Fine") < page.index(">Unknown<")
