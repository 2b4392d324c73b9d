"""The people of the demo tenant "Quantum Elite": its customers with their members, and staff for every role."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

import portal.accounts.actions as accounts
from portal.accounts.events import MEMBER_JOINED
from portal.accounts.models import Brand, Membership, Organization, User
from portal.accounts.states import MemberRole, StaffRole
from portal.events.actions import record

PASSWORD = "signals at nine"  # noqa: S105  # printed by the demo for everybody to see
STAFF_DOMAIN = "quantum-elite.example"


@dataclass(frozen=True)
class Colleague:
    """Somebody on the demo's staff."""

    name: str
    mailbox: str
    roles: tuple[StaffRole, ...]
    zone: str


@dataclass(frozen=True)
class Company:
    """A customer of the demo: how long ago they signed up, their plan (billing grants it), their people by role."""

    name: str
    domain: str
    plan: str
    days: int
    zone: str
    people: tuple[tuple[str, MemberRole], ...]

    def address_of(self, person: str) -> str:
        return f"{person.split()[0].lower()}@{self.domain}.example"


STAFF = [
    Colleague("Lena Brandt", "lena.agent", (StaffRole.AGENT_L1,), "Europe/Berlin"),
    Colleague("Jonas Keller", "jonas.agent", (StaffRole.AGENT_L1,), "Europe/Vienna"),
    Colleague("Mira Okafor", "mira.engineer", (StaffRole.AGENT_L2,), "Africa/Lagos"),
    Colleague("Tariq Aziz", "tariq.engineer", (StaffRole.AGENT_L3,), "Asia/Dubai"),
    Colleague("Nadia Petrova", "nadia.lead", (StaffRole.LEAD,), "Europe/Sofia"),
    Colleague("Sofia Marques", "success", (StaffRole.SUCCESS_MANAGER,), "Europe/Lisbon"),
    Colleague("Ivan Horvat", "commander", (StaffRole.INCIDENT_COMMANDER,), "Europe/Zagreb"),
    Colleague("Grace Whitfield", "exec", (StaffRole.EXECUTIVE,), "America/New_York"),
    Colleague("Alex Moreau", "admin", (StaffRole.ADMINISTRATOR,), "UTC"),
]
OWNER, BILLING, MEMBER = MemberRole.OWNER, MemberRole.BILLING, MemberRole.MEMBER
COMPANIES = [
    Company("Northwind Capital", "northwind", "ultra-premium", 412, "America/New_York",
            (("Harriet Stone", OWNER), ("Owen Price", BILLING), ("Carla Diaz", MEMBER), ("Ben Achebe", MEMBER))),
    Company("Helvetia Quant", "helvetia", "ultra-premium", 301, "Europe/Zurich",
            (("Reto Frei", OWNER), ("Sabine Ott", BILLING), ("Luca Meier", MEMBER))),
    Company("Sakura Asset Management", "sakura", "ultra-premium", 188, "Asia/Tokyo",
            (("Aiko Tanaka", OWNER), ("Kenji Mori", MEMBER), ("Yuki Sato", BILLING))),
    Company("Meridian Trading", "meridian", "elite", 365, "Europe/London",
            (("Amelia Hart", OWNER), ("Tom Fielding", MEMBER), ("Ruth Barker", BILLING))),
    Company("Kestrel Partners", "kestrel", "elite", 240, "America/Chicago",
            (("Marcus Lee", OWNER), ("Dana Wolfe", MEMBER))),
    Company("Fjord Invest", "fjord", "elite", 96, "Europe/Oslo",
            (("Ingrid Dahl", OWNER), ("Lars Nygaard", MEMBER))),
    Company("Blue Harbor Research", "blueharbor", "pro", 210, "America/Los_Angeles",
            (("Priya Nair", OWNER), ("Jack Monroe", MEMBER))),
    Company("Lisboa Momentum", "lisboa", "pro", 130, "Europe/Lisbon", (("Rui Costa", OWNER), ("Marta Reis", MEMBER))),
    Company("Cape Signal Lab", "capesignal", "pro", 54, "Africa/Johannesburg", (("Thabo Nkosi", OWNER),)),
    Company("Adler & Söhne", "adler", "", 6, "Europe/Berlin", (("Greta Adler", OWNER),)),
]  # fmt: skip
LOGINS = [
    ("Customer, Ultra Premium, owner", COMPANIES[0].address_of("Harriet Stone"), PASSWORD),
    ("Customer, Elite, owner", COMPANIES[3].address_of("Amelia Hart"), PASSWORD),
    ("Customer, Pro, member", COMPANIES[6].address_of("Jack Monroe"), PASSWORD),
    ("Customer without a plan", COMPANIES[9].address_of("Greta Adler"), PASSWORD),
    *(
        (str(StaffRole(colleague.roles[0]).label), f"{colleague.mailbox}@{STAFF_DOMAIN}", PASSWORD)
        for colleague in STAFF
    ),
]
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 168 28" role="img" aria-label="Quantum Elite">
<style>g { color: #176b7a } @media (prefers-color-scheme: dark) { g { color: #7fd6ea } }</style>
<g fill="currentColor"><g fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round">
<ellipse cx="14" cy="14" rx="12" ry="5"/><ellipse cx="14" cy="14" rx="12" ry="5" transform="rotate(60 14 14)"/>
<ellipse cx="14" cy="14" rx="12" ry="5" transform="rotate(120 14 14)"/></g>
<circle cx="14" cy="14" r="2.6"/>
<text x="34" y="19.5" font-family="system-ui, sans-serif" font-size="16" font-weight="650">Quantum Elite</text></g>
</svg>"""


@transaction.atomic
def furnish(*, now: datetime) -> None:
    """Brand, staff and customers. Tiers come with the plans that billing's demo grants."""
    hashed = make_password(PASSWORD)  # once: a good hash is slow
    Brand.objects.filter(is_default=True).update(
        name="Quantum Elite", logo_svg=LOGO, sender=f"Quantum Elite support <support@{STAFF_DOMAIN}>"
    )
    for colleague in STAFF:
        _employ(colleague, hashed, now - timedelta(days=430))
    for company in COMPANIES:
        _sign_up(company, hashed, now - timedelta(days=company.days))
    owner = User.objects.get(email=COMPANIES[4].address_of("Marcus Lee"))
    kestrel = Organization.objects.get(name=COMPANIES[4].name)
    accounts.invite(organization=kestrel, email="noah@kestrel.example", role=MEMBER, by=owner, now=now)


def _employ(colleague: Colleague, hashed: str, at: datetime) -> None:
    """Not by `add_staff`, which would write letters: this staff has its password printed on the console."""
    user = _person(f"{colleague.mailbox}@{STAFF_DOMAIN}", colleague.name, colleague.zone, hashed, at)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.set(Group.objects.filter(name__in=colleague.roles))


def _sign_up(company: Company, hashed: str, at: datetime) -> None:
    owner = _person(company.address_of(company.people[0][0]), company.people[0][0], company.zone, hashed, at)
    profile = accounts.Profile(owner.name, company.zone)
    accounts.register(user=owner, profile=profile, organization_name=company.name, now=at)
    organization = owner.organizations.get()
    for number, (name, role) in enumerate(company.people[1:], start=1):
        joined_at = at + timedelta(days=number, hours=3)
        person = _person(company.address_of(name), name, company.zone, hashed, joined_at)
        Membership.objects.create(user=person, organization=organization, role=role, joined_at=joined_at)
        record(
            MEMBER_JOINED,
            about=organization,
            by=person,
            organization=organization,
            details={"role": role},
            now=joined_at,
        )


def _person(email: str, name: str, zone: str, hashed: str, at: datetime) -> User:
    user = User.objects.create(email=email, name=name, time_zone=zone, password=hashed, joined_at=at)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
