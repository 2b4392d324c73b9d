"""What staff do about what is known of people, and what goes with age."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.furnish import make_retention_rules
from portal.accounts.models import Erasure, Export, RetentionRule, User
from portal.accounts.tasks import erase, sweep_retention
from portal.outbox.models import Letter
from tests.factories.accounts import ErasureFactory, ExportFactory, MembershipFactory, StaffFactory, UserFactory
from tests.factories.outbox import LetterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    user = StaffFactory(role="administrator")
    client.force_login(user)
    return user


def test_an_administrator_exports_erases_and_keeps(client: Client, administrator: User) -> None:
    membership = MembershipFactory(role="owner")
    for name, row in (("user", membership.user), ("organization", membership.organization)):
        urls = {
            act: reverse(f"admin:accounts_{name}_{act}", args=[row.pk]) for act in ("ask_export", "ask_erasure", "keep")
        }
        typed = getattr(row, "email", None) or row.name
        assert typed in client.get(urls["ask_erasure"]).content.decode()
        assert client.post(urls["ask_export"]).status_code == 302
        assert client.post(urls["ask_erasure"], {"typed": "no"}).status_code == 409
        assert client.post(urls["ask_erasure"], {"typed": typed}).status_code == 302
        assert Erasure.objects.open().exists()
        assert client.post(urls["keep"]).status_code == 302
        assert not Erasure.objects.open().exists()
    assert Export.objects.count() == 2


def test_others_of_the_staff_may_not(client: Client) -> None:
    client.force_login(StaffFactory(role="agent-l1"))
    user = UserFactory()
    for act in ("ask_export", "ask_erasure", "keep"):
        assert (
            client.post(reverse(f"admin:accounts_user_{act}", args=[user.pk]), {"typed": user.email}).status_code == 403
        )
    assert client.get(reverse("admin:accounts_erasure_changelist")).status_code == 403


def test_staff_see_that_there_was_an_export_and_never_what_is_in_it(client: Client, administrator: User) -> None:
    at = timezone.now()
    made = ExportFactory(state="made", archive=b"PK-secret", made_at=at, expires_at=at + timedelta(days=1))
    for name in ("export", "erasure", "retentionrule"):
        assert client.get(reverse(f"admin:accounts_{name}_changelist")).status_code == 200
    page = client.get(reverse("admin:accounts_export_change", args=[made.pk]))
    assert page.status_code == 200
    assert "PK-secret" not in page.content.decode()
    assert client.get(reverse("accounts:export", args=[made.public_id])).status_code == 404


def test_a_rule_shows_its_count_before_it_acts(client: Client, administrator: User) -> None:
    make_retention_rules()
    rule = RetentionRule.objects.get(what="outbox.letters")
    old = timezone.now() - timedelta(days=800)
    LetterFactory.create_batch(3, state="sent", posted_at=old, sent_at=old, text="Hello")
    LetterFactory(state="waiting", posted_at=old, text="Not sent yet")
    url = reverse("admin:accounts_retentionrule_change_rule", args=[rule.pk])
    assert "3 rows are older" in client.get(url).content.decode()
    assert client.post(url, {"days": 730, "is_on": "on", "counted": 3}).status_code == 302
    assert sweep_retention() == 3
    assert Letter.objects.filter(text="Hello").count() == 0
    assert Letter.objects.filter(text="Not sent yet").count() == 1
    rule.refresh_from_db()
    assert (rule.forgotten, rule.counted, rule.is_on) == (3, 3, True)


def test_a_count_that_grew_since_is_shown_again(client: Client, administrator: User) -> None:
    make_retention_rules()
    rule = RetentionRule.objects.get(what="outbox.letters")
    old = timezone.now() - timedelta(days=30)
    LetterFactory.create_batch(15, state="sent", posted_at=old, sent_at=old)
    url = reverse("admin:accounts_retentionrule_change_rule", args=[rule.pk])
    assert client.post(url, {"days": 10, "is_on": "on", "counted": 0}).status_code == 409
    assert not RetentionRule.objects.get(pk=rule.pk).is_on


def test_the_clock_erases_what_is_due() -> None:
    due = ErasureFactory(due_at=timezone.now() - timedelta(minutes=1))
    later = ErasureFactory()
    assert erase() > 1
    due.refresh_from_db()
    later.refresh_from_db()
    assert due.finished_at
    assert not later.started_at
