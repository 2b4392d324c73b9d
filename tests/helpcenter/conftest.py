from typing import Any

import pytest
from django.test import Client

from portal.accounts.states import StaffRole
from tests.factories.accounts import StaffFactory


@pytest.fixture
def lead(client: Client, settings: Any, db: None) -> Client:
    """A team lead in the staff workspace: may write, publish and approve."""
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(role=StaffRole.LEAD))
    return client
