"""What is asked for by queries put together beforehand is what the gate itself lets through."""

import pytest
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import Organization, User
from portal.accounts.states import MemberRole
from tests.factories.accounts import MembershipFactory, OrganizationFactory, StaffFactory, UserFactory
from tests.factories.tickets import TicketFactory
from tickets.models import Ticket
from tickets.querysets import newest_lines, reading, ticket_of_page

pytestmark = pytest.mark.django_db
OWNER, BILLING, MEMBER = MemberRole.OWNER, MemberRole.BILLING, MemberRole.MEMBER


def person(*roles: MemberRole) -> User:
    """Somebody with these roles, each in an organization of its own."""
    user = UserFactory()
    for role in roles:
        MembershipFactory(user=user, role=role)
    found: User = User.objects.visitor(user.pk)  # as each request finds them
    return found


def tickets_around(user: User) -> None:
    """Of each kind one: own and others' in their organizations, in none, in one they left, and strangers'."""
    for organization in [*Organization.objects.filter(memberships__user=user), OrganizationFactory(), None]:
        for requester in (user, UserFactory()):
            TicketFactory(organization=organization, requester=requester)


@pytest.mark.parametrize(
    "roles",
    [
        (),
        (MEMBER,),
        (OWNER,),
        (BILLING,),
        (MEMBER, OWNER),
        (OWNER, MEMBER),
        (OWNER, OWNER),
        (MEMBER,) * 3,
        (OWNER,) * 6,
    ],
    ids=lambda roles: "+".join(roles) or "none",
)
def test_the_list_and_the_pages_are_those_that_the_gate_lets_through(
    roles: tuple[MemberRole, ...], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for user in (person(*roles), person(*roles)):  # the second finds the query made for the first
        tickets_around(user)
        visible = set(Ticket.objects.visible_to(user))
        assert {one.requester_id == user.pk for one in visible} >= {True}
        with django_assert_num_queries(1):
            shown = newest_lines(user, 100, state="all", mine=False)
        newest = sorted(visible, key=lambda one: (one.last_activity_at, one.pk), reverse=True)
        assert [one.pk for one in shown] == [one.pk for one in newest]
        mine = newest_lines(user, 100, state="all", mine=True)
        assert {one.pk for one in mine} == {one.pk for one in visible if one.requester_id == user.pk}
        opened = {ticket for ticket in Ticket.objects.all() if ticket_of_page(user, ticket.public_id)}
        assert opened == visible


def test_staff_who_read_tickets_open_each_and_other_staff_none() -> None:
    ticket = TicketFactory()
    agent, other = StaffFactory(role="agent-l1"), UserFactory(is_staff=True)
    assert ticket_of_page(agent, ticket.public_id) == ticket
    assert [one.pk for one in newest_lines(agent, 5, state="all", mine=False)] == [ticket.pk]
    assert ticket_of_page(agent, "none-of-these-numbers!") is None
    assert ticket_of_page(other, ticket.public_id) is None
    assert newest_lines(other, 5, state="all", mine=False) == []


def test_the_query_of_a_list_names_an_owned_organization_once() -> None:
    """Named twice, the plan that the database keeps takes its tickets for a handful, and sorts all of them."""
    found = reading._made_lines(3_001, 3_002, roles=(OWNER,), state="active", mine=False, count=21)
    _sql, params = found.query.sql_with_params()
    assert params.count(3_002) == 1
