from datetime import datetime
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from portal.accounts.models import Organization
from portal.management.commands import demo
from tests.factories.accounts import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def furnished(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Two rooms to furnish; the moments they were furnished at."""
    moments: list[datetime] = []

    def furnish(*, now: datetime) -> None:
        moments.append(now)
        OrganizationFactory()

    monkeypatch.setattr(demo, "demo_modules", lambda: [SimpleNamespace(furnish=furnish)] * 2)
    return moments


def test_an_empty_portal_is_furnished_once_and_at_one_moment(furnished: list[datetime]) -> None:
    call_command("demo", verbosity=0)
    call_command("demo", verbosity=0)
    assert len(furnished) == 2
    assert len(set(furnished)) == 1


def test_a_portal_with_people_is_left_alone(furnished: list[datetime]) -> None:
    OrganizationFactory()
    call_command("demo", verbosity=0)
    assert furnished == []


def test_cut_off_half_way_it_leaves_an_empty_portal(furnished: list[datetime], monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(*, now: datetime) -> None:
        raise KeyboardInterrupt

    whole = demo.demo_modules()
    monkeypatch.setattr(demo, "demo_modules", lambda: [*whole, SimpleNamespace(furnish=cut_off)])
    with pytest.raises(KeyboardInterrupt):
        call_command("demo", verbosity=0)
    assert not Organization.objects.exists()
