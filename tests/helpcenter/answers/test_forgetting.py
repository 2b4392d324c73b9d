"""What a question says about a person is forgotten in time."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from helpcenter.actions import forget_askers
from helpcenter.models import Question
from helpcenter.tasks import gather_gaps
from tests.factories.accounts import UserFactory
from tests.factories.helpcenter import QuestionFactory

pytestmark = pytest.mark.django_db


def test_after_a_month_nobody_knows_who_asked(now: datetime) -> None:
    user = UserFactory()
    old = QuestionFactory(user_id=user.pk, organization_id=7, visitor="v" * 32, asked_at=now - timedelta(days=31))
    new = QuestionFactory(user_id=user.pk, organization_id=7, visitor="v" * 32, asked_at=now - timedelta(days=29))
    assert forget_askers(now=now) == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.user_id, old.organization_id, old.visitor) == (None, None, "")
    assert old.text
    assert new.user_id == user.pk
    assert forget_askers(now=now) == 0


def test_whose_asker_is_forgotten_opens_for_nobody(now: datetime) -> None:
    user = UserFactory()
    old = QuestionFactory(user_id=user.pk, visitor="v" * 32, asked_at=now - timedelta(days=31))
    assert Question.objects.asked_by(user).filter(pk=old.pk).exists()
    forget_askers(now=now)
    for person in (user, UserFactory(), AnonymousUser()):
        assert not Question.objects.asked_by(person).filter(pk=old.pk).exists()


def test_after_more_than_a_year_the_row_goes(now: datetime) -> None:
    QuestionFactory(asked_at=now - timedelta(days=401))
    kept = QuestionFactory(asked_at=now - timedelta(days=399))
    forget_askers(now=now)
    assert list(Question.objects.values_list("pk", flat=True)) == [kept.pk]


def test_the_clock_does_it(now: datetime) -> None:
    QuestionFactory(asked_at=now - timedelta(days=4000))
    gather_gaps()
    assert not Question.objects.exists()
