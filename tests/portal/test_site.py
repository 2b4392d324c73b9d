"""The front of the admin: where one stands."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from portal.site import Sidebar
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("tickets_ticket_changelist", "Queue"),
        ("tickets_ticket_add", "Queue"),
        ("tickets_report", "Reports"),
        ("tickets_macro_add", "Macros"),
        ("index", None),
    ],
)
def test_one_entry_of_the_navigation_says_where_one_is(rf: RequestFactory, name: str, entry: str | None) -> None:
    request = rf.get(reverse(f"admin:{name}"))
    request.user = StaffFactory(role="administrator", is_superuser=True)
    items = [item for group in Sidebar.of(request).groups() for item in group["items"]]
    assert [str(item["title"]) for item in items if item["active"]] == ([entry] if entry else [])
