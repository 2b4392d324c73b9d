"""Staff found by what they may do: the same as each is asked one by one."""

import pytest
from django.contrib.auth.models import Permission

from portal.accounts.models import User
from tests.factories.accounts import StaffFactory, UserFactory


@pytest.mark.django_db
@pytest.mark.parametrize("permission", ["tickets.change_ticket", "tickets.view_ticket", "accounts.delete_user"])
def test_who_may_do_something_is_who_has_its_permission(permission: str, shipped: None) -> None:
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
def test_who_has_a_role_and_left_has_it_no_longer(shipped: None) -> None:
    here, _left = StaffFactory(role="lead"), StaffFactory(role="lead", is_active=False)
    assert list(User.objects.with_role("lead")) == [here]
