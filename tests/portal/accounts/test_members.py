from datetime import datetime, time, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import resolve, reverse

import portal.accounts.actions as accounts
from portal.accounts.models import Invitation, Membership, Organization
from portal.accounts.states import MemberRole
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.accounts import (
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    StaffFactory,
    TierFactory,
    UserFactory,
)
from tests.portal.accounts.letters import link_in, newest_to

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "people"}


@pytest.fixture
def owner() -> Membership:
    return MembershipFactory(role=MemberRole.OWNER, organization=OrganizationFactory(tier=TierFactory(seats=5)))


def post(client: Client, view: str, *args: object, **fields: object):
    return client.post(reverse(view, args=args), fields)


def test_the_page_shows_members_seats_and_open_invitations(client: Client, owner: Membership) -> None:
    InvitationFactory(organization=owner.organization, email="grace@example.org")
    InvitationFactory(organization=owner.organization, email="late@example.org", expires_at=owner.joined_at)
    client.force_login(owner.user)
    shown = client.get(reverse("accounts:organization")).content.decode()
    assert owner.user.email in shown
    assert "grace@example.org" in shown
    assert "late@example.org" not in shown
    assert "2 of 5 seats" in shown


@pytest.mark.parametrize("people", [1, 30])
def test_the_page_costs_the_same_for_one_person_and_for_thirty(
    client: Client, owner: Membership, people: int, django_assert_num_queries: object
) -> None:
    MembershipFactory.create_batch(people, organization=owner.organization)
    InvitationFactory.create_batch(people, organization=owner.organization, invited_by=owner.user)
    client.force_login(owner.user)
    client.get(reverse("accounts:profile"))
    with django_assert_num_queries(5):
        client.get(reverse("accounts:organization"))


def test_a_member_sees_the_people_but_no_invitations_and_no_form(client: Client, owner: Membership) -> None:
    InvitationFactory(organization=owner.organization, email="grace@example.org")
    client.force_login(MembershipFactory(organization=owner.organization).user)
    shown = client.get(reverse("accounts:organization")).content.decode()
    assert owner.user.email in shown
    assert "grace@example.org" not in shown
    assert reverse("accounts:invite", args=[owner.organization.public_id]) not in shown


def test_nobody_sees_or_touches_the_people_of_another_organization(client: Client, owner: Membership) -> None:
    stranger = MembershipFactory(role=MemberRole.OWNER)
    client.force_login(stranger.user)
    place = [owner.organization.public_id, owner.user.public_id]
    assert client.get(reverse("accounts:organization"), {"of": place[0]}).status_code == 404
    assert post(client, "accounts:invite", place[0], email="a@example.org", role="member").status_code == 404
    assert post(client, "accounts:change_role", *place, role="member").status_code == 404
    assert post(client, "accounts:remove_member", *place).status_code == 404
    invitation = InvitationFactory(organization=owner.organization)
    assert post(client, "accounts:revoke_invitation", invitation.public_id).status_code == 404
    assert client.get(reverse("accounts:change_organization", args=place[:1])).status_code == 404


def test_somebody_in_two_organizations_chooses_which_to_see(client: Client, owner: Membership) -> None:
    other = MembershipFactory(user=owner.user, organization=OrganizationFactory(name="Zebra"))
    client.force_login(owner.user)
    shown = client.get(reverse("accounts:organization"), {"of": other.organization.public_id})
    assert shown.context["organization"] == other.organization


def test_a_person_without_an_organization_makes_one(client: Client) -> None:
    user = UserFactory(time_zone="Europe/Berlin")
    client.force_login(user)
    assert client.get(reverse("accounts:organization")).status_code == 200
    assert post(client, "accounts:found_organization", name="").status_code == 422
    post(client, "accounts:found_organization", name="Analytical Engines")
    made = Organization.objects.get()
    assert made.time_zone == "Europe/Berlin"
    assert made.memberships.get().role == MemberRole.OWNER


def test_an_owner_invites_by_letter_and_the_link_is_kept_nowhere(client: Client, owner: Membership) -> None:
    client.force_login(owner.user)
    answer = post(client, "accounts:invite", owner.organization.public_id, email="Grace@Example.org", role="billing")
    assert answer.status_code == 302
    letter = newest_to("grace@example.org")
    assert letter.is_secret
    secret = resolve(link_in(letter)).kwargs["secret"]
    assert link_in(letter) == reverse("accounts:accept_invitation", args=[secret])
    assert secret not in str(Invitation.objects.values().get())


def test_htmx_gets_just_the_people_back(client: Client, owner: Membership) -> None:
    client.force_login(owner.user)
    url = reverse("accounts:invite", args=[owner.organization.public_id])
    answer = client.post(url, {"email": "grace@example.org", "role": "member"}, headers=HTMX)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert shown.lstrip().startswith('<div id="people"')
    assert "on its way to grace@example.org" in shown
    wrong = client.post(url, {"email": "nonsense", "role": "member"}, headers=HTMX)
    assert wrong.status_code == 422
    assert "nonsense" in wrong.content.decode()


def test_a_refusal_is_a_notice_with_status_409(client: Client, owner: Membership) -> None:
    client.force_login(owner.user)
    place = [owner.organization.public_id, owner.user.public_id]
    answer = post(client, "accounts:change_role", *place, role="member")
    assert answer.status_code == 409
    assert "needs an owner" in answer.content.decode()


def test_an_invited_person_signs_up_through_the_link_and_joins(client: Client, owner: Membership) -> None:
    accounts.invite(organization=owner.organization, email="grace@example.org", role="billing", by=owner.user)
    link = link_in(newest_to("grace@example.org"))
    assert client.get(link).status_code == 200
    to_sign_up = client.post(link)
    assert to_sign_up["Location"].startswith(reverse("account_signup"))
    form = client.get(to_sign_up["Location"])
    assert form.context["form"].initial["email"] == "grace@example.org"
    words = {"name": "Grace", "email": "grace@example.org", "password1": "correct horse battery", "next": link}
    back = client.post(reverse("account_signup"), words)
    assert back["Location"] == link, "the link proved the address: no second letter"
    assert not Membership.objects.filter(user__email="grace@example.org").exists()
    client.post(link)
    assert Membership.objects.get(user__email="grace@example.org").role == MemberRole.BILLING
    assert client.get(link).status_code == 410


def test_an_invited_person_with_an_account_logs_in_and_comes_back(client: Client, owner: Membership) -> None:
    person = UserFactory(with_verified_address=True)
    accounts.invite(organization=owner.organization, email=person.email, role="member", by=owner.user)
    link = link_in(newest_to(person.email))
    to_log_in = client.post(link, {"log_in": ""})
    assert to_log_in["Location"].startswith(reverse("account_login"))
    words = {"login": person.email, "password": "correct horse battery", "next": link}
    assert client.post(to_log_in["Location"], words)["Location"] == link
    client.post(link)
    assert person.organizations.get() == owner.organization


def test_a_forwarded_link_opens_nothing_for_another_person(client: Client, owner: Membership) -> None:
    accounts.invite(organization=owner.organization, email="grace@example.org", role="owner", by=owner.user)
    link = link_in(newest_to("grace@example.org"))
    client.force_login(UserFactory())
    assert "is for grace@example.org" in client.get(link).content.decode()
    assert client.post(link).status_code == 409
    assert owner.organization.memberships.count() == 1


def test_a_revoked_or_old_invitation_opens_nothing(owner: Membership, now: datetime) -> None:
    def secret_of(address: str) -> str:
        return link_in(newest_to(address)).rstrip("/").rsplit("/", 1)[-1]

    person = UserFactory()
    invitation = accounts.invite(
        organization=owner.organization, email=person.email, role="member", by=owner.user, now=now
    )
    with pytest.raises(Refused):
        accounts.accept_invitation(secret=secret_of(person.email), by=person, now=now + timedelta(days=8))
    accounts.revoke_invitation(invitation=invitation, by=owner.user, now=now)
    with pytest.raises(Refused):
        accounts.accept_invitation(secret=secret_of(person.email), by=person, now=now)


def test_inviting_again_replaces_the_first_invitation_and_takes_no_second_seat(
    owner: Membership, now: datetime
) -> None:
    tier = owner.organization.tier
    assert tier is not None
    tier.seats = 2
    tier.save()
    for _time in range(2):
        accounts.invite(organization=owner.organization, email="a@example.org", role="member", by=owner.user, now=now)
    assert owner.organization.invitations.open(now).count() == 1
    with pytest.raises(Refused) as refusal:
        accounts.invite(organization=owner.organization, email="b@example.org", role="member", by=owner.user, now=now)
    assert refusal.value.code == "no_seat"


def test_only_owners_and_staff_who_may_manage_people(owner: Membership) -> None:
    member = MembershipFactory(organization=owner.organization)
    with pytest.raises(Refused) as refusal:
        accounts.change_role(membership=member, role=MemberRole.OWNER, by=member.user)
    assert refusal.value.code == "not_owner"
    accounts.change_role(membership=member, role=MemberRole.BILLING, by=StaffFactory(role="success-manager"))
    assert Event.objects.get(name="member.role_changed").details == {"old": "member", "new": "billing"}


def test_a_member_may_leave_and_the_last_owner_may_not(client: Client, owner: Membership) -> None:
    member = MembershipFactory(organization=owner.organization)
    client.force_login(member.user)
    assert (
        post(client, "accounts:remove_member", owner.organization.public_id, member.user.public_id).status_code == 302
    )
    with pytest.raises(Refused) as refusal:
        accounts.remove_member(membership=owner, by=owner.user)
    assert refusal.value.code == "last_owner"


def test_an_owner_changes_the_organizations_details(client: Client, owner: Membership) -> None:
    client.force_login(owner.user)
    url = reverse("accounts:change_organization", args=[owner.organization.public_id])
    assert client.get(url).status_code == 200
    assert client.post(url, {"name": "New", "time_zone": "Mars/Olympus", "language": "en"}).status_code == 422
    assert client.post(url, {"name": "New", "time_zone": "Asia/Tokyo", "language": "en"}).status_code == 302
    owner.organization.refresh_from_db()
    assert (owner.organization.name, owner.organization.time_zone) == ("New", "Asia/Tokyo")
    assert Event.objects.get(name="organization.changed").details == {"fields": ["name", "time_zone"]}


def test_a_reader_changes_their_profile(client: Client) -> None:
    user = UserFactory()
    client.force_login(user)
    url = reverse("accounts:profile")
    assert client.post(url, {"name": "", "time_zone": "UTC", "language": "en"}).status_code == 422
    assert client.post(url, {"name": "Ada", "time_zone": "Europe/Berlin", "language": "en"}).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.time_zone) == ("Ada", "Europe/Berlin")
    assert "Ada" not in str(Event.objects.get(name="user.profile_changed").details)


def test_a_change_of_tier_is_news_and_the_same_tier_is_none(owner: Membership, now: datetime) -> None:
    elite = TierFactory(slug="elite")
    for _time in range(2):
        accounts.change_tier(organization=owner.organization, tier=elite, by=None, reason="upgrade", now=now)
    event = Event.objects.get(name="organization.tier_changed")
    assert event.details == {"old": "pro", "new": "elite", "reason": "upgrade"}


def test_nobody_is_flooded_with_invitations(owner: Membership, now: datetime) -> None:
    for _ in range(5):
        accounts.invite(organization=owner.organization, email="ada@example.org", role="member", by=owner.user, now=now)
    other = MembershipFactory(role=MemberRole.OWNER)
    for by in (owner, other):
        with pytest.raises(Refused) as refusal:
            accounts.invite(organization=by.organization, email="ADA@example.org", role="member", by=by.user, now=now)
        assert refusal.value.code == "too_many_invitations"
    tomorrow = now + timedelta(days=1, seconds=1)
    accounts.invite(
        organization=owner.organization, email="ada@example.org", role="member", by=owner.user, now=tomorrow
    )


def test_taking_invitations_back_gives_no_more_of_them_a_day(owner: Membership, now: datetime) -> None:
    sent = 0
    with pytest.raises(Refused):
        while sent < 100:
            found = accounts.invite(
                organization=owner.organization, email=f"a{sent}@example.org", role="member", by=owner.user, now=now
            )
            accounts.revoke_invitation(invitation=found, by=owner.user, now=now)
            sent += 1
    assert sent == 20 + 2 * 5


def test_a_person_founds_a_handful_of_organizations_and_no_more(client: Client, settings: LazySettings) -> None:
    settings.MOST_ORGANIZATIONS_OWNED = 2
    user = UserFactory()
    MembershipFactory(user=user, role=MemberRole.MEMBER)
    client.force_login(user)
    url = reverse("accounts:found_organization")
    assert [client.post(url, {"name": f"Desk {number}"}).status_code for number in range(3)] == [302, 302, 409]
    refused = client.post(url, {"name": "One more"})
    assert "You own 2 organizations already" in refused.text
    assert user.memberships.filter(role=MemberRole.OWNER).count() == 2


def test_staff_set_their_quiet_hours_and_customers_are_not_asked(client: Client) -> None:
    url, told = reverse("accounts:profile"), {"name": "Lena", "time_zone": "Europe/Berlin", "language": "en"}
    client.force_login(UserFactory())
    assert "Quiet hours" not in client.get(url).text
    lena = StaffFactory()
    client.force_login(lena)
    assert "Quiet hours" in client.get(url).text
    half = client.post(url, {**told, "quiet_from": "22:00"})
    assert half.status_code == 422
    assert "a beginning and an end" in half.text
    assert client.post(url, {**told, "quiet_from": "22:00", "quiet_until": "07:00"}).status_code == 302
    lena.refresh_from_db()
    assert (lena.quiet_from, lena.quiet_until) == (time(22), time(7))
    assert 'value="22:00"' in client.get(url).text
