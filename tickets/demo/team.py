"""What the demo's agents know, and who of them is there: both of the first team are busy, so that its queue is full
until one of them says otherwise."""

from datetime import datetime

from portal.accounts.models import User
from tickets.models import AgentProfile, AgentSkill, Category, CategorySkill, Skill
from tickets.states import Availability

SKILLS = [
    ("trading", "Signals and trading", ""),
    ("api", "API and webhooks", ""),
    ("billing", "Billing", ""),
    ("german", "German", ""),
]
# Category, skill, whether it must be there.
ASKED = [("signals", "trading", False), ("api", "api", True), ("billing", "billing", False)]
# Address before the @, whether they are there, capacity, stand-in, what they know and how well.
TEAM: list[tuple[str, str, int, str, dict[str, int]]] = [
    ("lena.agent", Availability.BUSY, 12, "jonas.agent", {"billing": 5, "trading": 3, "german": 5}),
    ("jonas.agent", Availability.BUSY, 12, "lena.agent", {"trading": 4, "api": 2, "german": 5}),
    ("mira.engineer", Availability.ONLINE, 10, "tariq.engineer", {"api": 4, "trading": 5}),
    ("tariq.engineer", Availability.ONLINE, 10, "mira.engineer", {"api": 5}),
]


def furnish(*, now: datetime) -> None:
    """Skills and profiles; the people are there already."""
    skills = {slug: Skill.objects.create(slug=slug, name=name, language=spoken) for slug, name, spoken in SKILLS}
    categories = Category.objects.in_bulk(field_name="slug")
    for category, skill, is_required in ASKED:
        CategorySkill.objects.create(category=categories[category], skill=skills[skill], is_required=is_required)
    people = {user.email.split("@")[0]: user for user in User.objects.staff()}
    for mailbox, availability, capacity, stand_in, known in TEAM:
        profile = AgentProfile.objects.create(
            user=people[mailbox],
            availability=availability,
            capacity=capacity,
            stand_in=people[stand_in],
            idle_since=now if availability == Availability.ONLINE else None,
        )
        AgentSkill.objects.bulk_create(
            AgentSkill(profile=profile, skill=skills[slug], level=level) for slug, level in known.items()
        )
