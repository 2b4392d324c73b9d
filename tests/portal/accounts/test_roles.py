"""Staff found by what they may do: the same as each is asked one by one; and what a list of people answers."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from tests.factories.accounts import StaffFactory, UserFactory


@pytest.mark.django_db
@pytest.mark.parametrize("permission", ["tickets.change_ticket", "tickets.view_ticket", "accounts.delete_user"])
def test_who_may_do_something_is_who_has_its_permission(permission: str, db: None) -> None:
    for role in ("agent-l1", "lead", "executive", "success-manager"):
        StaffFactory(role=role)
    StaffFactory(role="")
    StaffFactory(is_superuser=True)
    UserFactory()
    by_themselves = StaffFactory(role="")
    by_themselves.user_permissions.add(Permission.objects.get(codename="change_ticket"))
    asked = {user.pk for user in User.objects.all() if user.has_perm(permission)}
    assert {user.pk for user in User.objects.who_may(permission)} == asked
    assert asked


@pytest.mark.django_db
def test_a_visitors_permissions_come_with_them_and_are_those_that_django_finds(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    beside = StaffFactory(role="lead")
    beside.user_permissions.add(*Permission.objects.filter(codename__in=["change_ticket", "delete_user"]))
    roles = [StaffFactory(role=role) for role in ("agent-l1", "lead", "administrator", "")]
    for user in (beside, *roles):
        with django_assert_num_queries(1):
            visitor = User.objects.visitor(user.pk)
            may = visitor.get_all_permissions()
        assert may == User.objects.get(pk=user.pk).get_all_permissions()
    former = UserFactory()
    former.user_permissions.add(Permission.objects.get(codename="change_ticket"))
    for user in (former, StaffFactory(is_superuser=True, role="lead")):
        assert User.objects.visitor(user.pk).get_all_permissions() == user.get_all_permissions() != set()
    left = StaffFactory(role="lead", is_active=False)
    assert User.objects.visitor(left.pk).get_all_permissions() == set()


@pytest.mark.django_db
def test_who_has_a_role_and_left_has_it_no_longer(db: None) -> None:
    here, _left = StaffFactory(role="lead"), StaffFactory(role="lead", is_active=False)
    assert list(User.objects.with_role("lead")) == [here]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "probe", ["password__startswith=a", "last_login__gt=2020-01-01", "tokens__digest__startswith=a"]
)
def test_a_list_of_people_answers_nothing_about_columns_that_it_does_not_filter_by(
    client: Client, probe: str, db: None
) -> None:
    client.force_login(StaffFactory(role="lead"))
    assert client.get(f"/admin/accounts/user/?{probe}").status_code == 400
    lead = Group.objects.get(name="lead")
    for offered in ("is_staff__exact=1", "is_active__exact=0", f"groups__id__exact={lead.pk}", "q=ada"):
        assert client.get(f"/admin/accounts/user/?{offered}").status_code == 200, offered
