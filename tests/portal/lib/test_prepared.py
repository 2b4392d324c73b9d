from datetime import UTC, datetime

import pytest
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from portal.lib.prepared import Prepared
from tests.factories.tickets import MessageFactory, SurveyFactory, TicketFactory
from tickets.models import Message, Survey, Ticket

pytestmark = pytest.mark.django_db


def test_a_prepared_query_gives_what_the_query_set_gives(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    def talk(ticket_id: int) -> object:
        found = Message.objects.filter(ticket=ticket_id).select_related("author").annotate(number=F("ticket__number"))
        return found.order_by("-pk")

    prepared = Prepared(talk)
    first, second = TicketFactory(), TicketFactory()
    for ticket in (first, second, second):
        MessageFactory(ticket=ticket)
    for ticket in (first, second):
        with django_assert_num_queries(1):
            found = prepared(ticket.pk)
            told = [(one, one.body, one.author.email, one.created_at, one.number) for one in found]
        assert told == [(one, one.body, one.author.email, one.created_at, one.number) for one in talk(ticket.pk)]
        assert {one.number for one in found} == {ticket.number}


def test_what_is_given_by_name_may_change_the_query() -> None:
    def found(_pk: int, *, newest_first: bool) -> object:
        return Ticket.objects.filter(pk__gte=_pk).order_by("-pk" if newest_first else "pk")

    prepared, (one, other) = Prepared(found), [TicketFactory(), TicketFactory()]
    for _time in range(2):
        assert prepared(one.pk, newest_first=True) == [other, one]
        assert prepared(one.pk, newest_first=False) == [one, other]


def test_texts_and_moments_are_values_too() -> None:
    survey = SurveyFactory(solved_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    prepared = Prepared(lambda at, name: Survey.objects.filter(solved_at=at, ticket__public_id=name))
    assert prepared(survey.solved_at, survey.ticket.public_id) == [survey]
    assert prepared(survey.solved_at, "' OR true --") == []


def test_a_value_that_the_query_changes_is_refused() -> None:
    with pytest.raises(ValueError, match="as it is"):
        Prepared(lambda part: Ticket.objects.filter(subject__contains=part))("x")


def test_named_values_come_as_named_tuples_and_lists_may_be_of_any_length() -> None:
    rows = [TicketFactory() for _number in range(3)]
    lines = Ticket.objects.order_by("pk").values_list("pk", "subject", named=True)
    prepared = Prepared(lambda *pks: lines.filter(pk__in=pks))
    for count in (1, 2, 3, 2):
        found = prepared(*(one.pk for one in rows[:count]))
        assert [(one.pk, one.subject) for one in found] == [(one.pk, one.subject) for one in rows[:count]]


def test_within_a_query_written_by_hand_it_finds_the_same() -> None:
    _one, other = TicketFactory(), TicketFactory()
    prepared = Prepared(lambda pk: Ticket.objects.filter(pk__gt=pk).values("pk"))
    for after in (0, _one.pk, other.pk):
        sql, params = prepared.in_sql(after)
        found = Ticket.objects.raw(f"WITH chosen (id) AS ({sql}) SELECT * FROM chosen ORDER BY id", params)
        assert [one.pk for one in found] == [one.pk for one in (_one, other) if one.pk > after]
