"""What is about to be erased draws nobody in, and a person who is erased is found nowhere beside their account."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

import portal.accounts.actions as accounts
from portal.accounts import privacy
from portal.accounts.models import Export, Membership, Organization
from portal.accounts.states import MemberRole
from portal.lib.privacy import PERSON, Subject
from portal.lib.refusals import Refused
from tests.factories.accounts import MembershipFactory, OrganizationFactory, TierFactory, UserFactory
from tests.portal.accounts.letters import link_in, newest_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Membership:
    return MembershipFactory(role=MemberRole.OWNER, organization=OrganizationFactory(tier=TierFactory(seats=5)))


def test_nobody_is_drawn_into_an_organization_that_is_about_to_be_erased(client: Client, owner: Membership) -> None:
    of = owner.organization
    accounts.invite(organization=of, email="grace@example.org", role=MemberRole.MEMBER, by=owner.user)
    way = link_in(newest_to("grace@example.org"))
    accounts.ask_erasure(of=of, by=owner.user, typed=of.name)
    with pytest.raises(Refused, match="about to be erased"):
        accounts.invite(organization=of, email="else@example.org", role=MemberRole.MEMBER, by=owner.user)
    grace = UserFactory(email="grace@example.org")
    client.force_login(grace)
    assert client.post(way).status_code == 409
    assert not grace.organizations.exists()
    accounts.revoke_erasure(of=of, by=owner.user)
    client.post(way)
    assert grace.organizations.get() == of


def log_of(membership: Membership, name: str) -> LogEntry:
    """What the admin notes when somebody is added on the page of an organization."""
    organization = membership.organization
    return LogEntry.objects.create(
        user=membership.user, content_type=ContentType.objects.get_for_model(Organization),
        object_id=str(organization.pk), object_repr=str(organization), action_flag=2,
        change_message=json.dumps([{"added": {"name": "membership", "object": f"{name} · {organization}"}}]),
    )  # fmt: skip


def archive_of(organization: Organization) -> Export:
    now = timezone.now()
    row = Export(subject_kind="organization", subject_id=organization.pk, asked_at=now, state="made", archive=b"PK")
    row.made_at = row.expires_at = now
    row.save()
    return row


def test_with_a_person_goes_what_the_log_and_archives_of_their_organization_say_of_them(owner: Membership) -> None:
    leaver = MembershipFactory(organization=owner.organization, user__name="Zoë Quill")
    nameless = MembershipFactory(organization=owner.organization, user__name="")
    logged = [
        log_of(leaver, "Zoë Quill"), log_of(leaver, leaver.user.email.upper()), log_of(owner, str(owner.user)),
    ]  # fmt: skip
    archive_of(owner.organization)
    kept = archive_of(OrganizationFactory())
    for one in (nameless, leaver):
        while privacy.erase(Subject(PERSON, one.user.pk, (one.user.email,)), 500):
            pass
    for one in logged:
        one.refresh_from_db()
    assert [bool(one.change_message) for one in logged] == [False, False, True]
    assert {one.object_repr for one in logged} == {str(owner.organization)}
    assert list(Export.objects.all()) == [kept]
