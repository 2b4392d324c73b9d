"""What an address may filter the lists of staff by: what they offer, and nothing else."""

import pytest
from django.contrib import admin
from django.contrib.admin import ListFilter
from django.test import Client
from django.urls import reverse

from portal.lib.model_admin import ModelAdmin
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
OURS = sorted(
    (model for model, shown in admin.site._registry.items() if model.__module__.split(".")[0] in
     {"portal", "tickets", "helpcenter", "incidents", "billing"}),
    key=lambda model: model._meta.label_lower,
)  # fmt: skip


@pytest.fixture
def staff(client: Client, settings: object) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(is_superuser=True))
    return client


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label_lower)
def test_no_list_answers_what_stands_in_a_column_that_it_does_not_offer(model, staff: Client) -> None:
    shown = admin.site._registry[model]
    assert isinstance(shown, ModelAdmin)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for field in model._meta.concrete_fields:
        name = f"{field.name}__startswith"
        assert staff.get(address, {name: "a"}).status_code == 400, name
    for offered in shown.list_filter:
        if not (isinstance(offered, type) and issubclass(offered, ListFilter)):
            assert staff.get(address, {f"{offered}__isnull": "False"}).status_code == 200, offered
