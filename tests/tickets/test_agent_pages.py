"""Pages about agents: they say whether they are there; leads keep profiles, skills and what categories ask for."""

import re
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import CategoryFactory, SkillFactory
from tests.tickets.desk import busy_with, hire
from tickets.models import AgentProfile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def lead(db: None) -> User:
    return StaffFactory(name="Lee", role="lead")


def test_the_work_list_of_an_agent_with_a_profile_offers_it(client: Client, agent: User) -> None:
    client.force_login(agent)
    assert "Your availability" not in client.get(reverse("admin:index")).content.decode()
    assert client.get(reverse("admin:tickets_agentprofile_mine")).status_code == 404
    ann, sam = hire(name="Ann", availability="away"), hire(name="Sam")
    client.force_login(ann)
    shown = client.get(reverse("admin:index")).content.decode()
    assert "Your availability" in shown
    assert client.get(reverse("admin:tickets_agentprofile_mine")).status_code == 200
    wish = {"availability": "out_of_office", "stand_in": sam.pk}
    assert client.post(reverse("admin:tickets_agentprofile_mine"), wish, follow=True).status_code == 200
    profile = AgentProfile.objects.get(user=ann)
    assert (profile.availability, profile.stand_in) == ("out_of_office", sam)
    refused = client.post(reverse("admin:tickets_agentprofile_mine"), {"availability": "asleep"})
    assert refused.status_code == 422


def test_leads_keep_profiles_and_agents_only_read_them(client: Client, lead: User, now: datetime) -> None:
    skill, newcomer = SkillFactory(), StaffFactory(name="Nora", role="agent-l1")
    client.force_login(lead)
    form = {"user": newcomer.pk, "capacity": 5, "stand_in": "", "known-TOTAL_FORMS": 1, "known-INITIAL_FORMS": 0}
    form |= {"known-0-skill": skill.pk, "known-0-level": 4}
    assert client.post(reverse("admin:tickets_agentprofile_add"), form).status_code == 302
    made = AgentProfile.objects.get(user=newcomer)
    assert (made.capacity, made.availability, made.known.get().level) == (5, "away", 4)
    page = client.get(reverse("admin:tickets_agentprofile_change", args=[made.pk])).content.decode()
    link = re.search(r'href="([^"]*set[-_]availability[^"]*)"', page)
    assert link
    assert client.get(link[1]).status_code == 200
    assert client.post(link[1], {"availability": "online"}).status_code == 302
    made.refresh_from_db()
    assert made.availability == "online"
    busy_with(newcomer, 2, now)
    assert client.get(reverse("admin:tickets_agentprofile_changelist")).status_code == 200
    client.force_login(newcomer)
    assert client.get(reverse("admin:tickets_agentprofile_changelist")).status_code == 200
    assert client.post(link[1], {"availability": "away"}).status_code in {302, 403}
    made.refresh_from_db()
    assert made.availability == "online"


def test_leads_say_which_skills_a_category_asks_for(client: Client, lead: User) -> None:
    category, skill = CategoryFactory(), SkillFactory()
    client.force_login(lead)
    place = reverse("admin:tickets_category_change", args=[category.pk])
    assert client.get(place).status_code == 200
    form = {"slug": category.slug, "name": category.name, "position": 0, "is_active": "on"}
    form |= {"skill_wait_for": "00:05:00", "asks_for-TOTAL_FORMS": 1, "asks_for-INITIAL_FORMS": 0}
    form |= {"asks_for-0-skill": skill.pk, "asks_for-0-is_required": "on", "asks_for-0-level": 2}
    assert client.post(place, form).status_code == 302
    category.refresh_from_db()
    asked = category.asks_for.get()
    assert (category.skill_wait_for, asked.skill, asked.is_required) == (timedelta(minutes=5), skill, True)


def test_leads_add_skills(client: Client, lead: User) -> None:
    client.force_login(lead)
    form = {"name": "German", "slug": "german", "language": ""}
    assert client.post(reverse("admin:tickets_skill_add"), form).status_code == 302
    assert "German" in client.get(reverse("admin:tickets_skill_changelist")).content.decode()
