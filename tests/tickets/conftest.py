from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from portal.accounts.models import Organization, User
from portal.accounts.states import MemberRole
from tests.factories.accounts import MembershipFactory, OrganizationFactory, StaffFactory, TierFactory, UserFactory
from tests.fakes.clamd import Scanner
from tests.tickets.files import kept_in
from tickets import actions as tickets
from tickets.models import Survey, Ticket


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the files of the test are kept."""
    kept_in(FileSystemStorage(location=tmp_path), monkeypatch)
    return tmp_path


@pytest.fixture
def scanner(settings: Any) -> Iterator[Scanner]:
    """A virus scanner that the portal asks."""
    with Scanner() as running:
        settings.CLAMAV_URL = running.url
        yield running


@pytest.fixture
def elite(db: None) -> Organization:
    return OrganizationFactory(name="Meridian Capital", tier=TierFactory(slug="elite", name="Elite"))


@pytest.fixture
def customer(elite: Organization) -> User:
    """A member of the organization on Elite."""
    return MembershipFactory(organization=elite, user__name="Mara", role=MemberRole.MEMBER).user


@pytest.fixture
def owner(elite: Organization) -> User:
    return MembershipFactory(organization=elite, user__name="Olaf", role=MemberRole.OWNER).user


@pytest.fixture
def stranger(db: None) -> User:
    """The owner of another organization."""
    return MembershipFactory(user__name="Stella", role=MemberRole.OWNER).user


@pytest.fixture
def new_agent(db: None) -> Callable[..., User]:
    """Makes members of the first support level."""

    def make(**fields: Any) -> User:
        user = StaffFactory(**fields)
        user.groups.add(Group.objects.get(name="agent-l1"))
        return user

    return make


@pytest.fixture
def agent(new_agent: Callable[..., User]) -> User:
    return new_agent(name="Lena")


@pytest.fixture
def file(customer: User, elite: Organization, now: datetime) -> Callable[..., Ticket]:
    """Files a ticket of the customer by the action."""

    def make(by: User = customer, at: datetime = now, **fields: Any) -> Ticket:
        words = {"subject": "Signals are late", "body": "Ten minutes, since this morning.", "organization": elite}
        return tickets.file_ticket(filing=tickets.Filing(**{**words, **fields}), by=by, now=at)

    return make


@pytest.fixture
def guest(db: None) -> User:
    """A customer without any organization."""
    return UserFactory(name="Gil")


@pytest.fixture
def solved(file: Callable[..., Ticket], agent: User, settle: Callable[..., int]) -> Callable[..., Survey]:
    """Files a ticket, solves it, and answers the survey that begins with that."""

    def make(at: datetime | None = None) -> Survey:
        at = at or timezone.now() - timedelta(hours=1)
        ticket = tickets.solve(ticket=file(at=at), by=agent, now=at)
        settle()
        return Survey.objects.get(ticket=ticket)

    return make
