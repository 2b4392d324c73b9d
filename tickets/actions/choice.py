"""Which of the agents who are there suits a ticket: skills first, then room, then who has waited longest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from tickets.models import AgentProfile, Category, CategorySkill, Desk, Skill

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Waiting(NamedTuple):
    """What decides who gets a ticket that waits."""

    pk: int
    priority: str
    category_id: int | None
    language: str
    filed_at: datetime
    assignee_id: int | None


WAITING = ("pk", "priority", "category_id", "requester__language", "filed_at", "assignee_id")


@dataclass
class Candidate:
    """An agent who is online, with the points they have to work on and the level of what they know by skill."""

    profile: AgentProfile
    load: int
    is_of_team: bool
    known: dict[int, int]

    @classmethod
    def of(cls, profile: AgentProfile, load: int) -> "Candidate":
        """From a row that `for_team` found."""
        known = {one.skill_id: one.level for one in profile.known.all()}
        return cls(profile, load, getattr(profile, "is_of_team", True), known)

    def has_room(self, weight: int) -> bool:
        """A ticket that is heavier than all they can carry fits who carries nothing."""
        return self.load + min(weight, self.profile.capacity) <= self.profile.capacity

    def knows(self, asked: dict[int, int]) -> bool:
        return all(self.known.get(skill, 0) >= level for skill, level in asked.items())

    def rank(self, preferred: Iterable[int]) -> tuple[int, Fraction, datetime, int]:
        """The lowest comes first."""
        share = Fraction(self.load, self.profile.capacity)
        knows = sum(self.known.get(skill, 0) for skill in preferred)
        return (-knows, share, self.profile.idle_since or _LONG_AGO, self.profile.pk)


@dataclass
class Choice:
    """Those who may get a ticket of one team, and what tickets of each category ask for."""

    candidates: dict[int, Candidate]  # by user
    stand_ins: dict[int, int | None]  # of whoever is out of office, by user
    required: dict[int, dict[int, int]] = field(default_factory=dict)  # level by skill, by category
    preferred: dict[int, dict[int, int]] = field(default_factory=dict)
    waits: dict[int, timedelta] = field(default_factory=dict)  # by category
    languages: dict[str, int] = field(default_factory=dict)  # skill by language
    desk: Desk = field(default_factory=Desk)
    reserved: set[int] = field(default_factory=set)  # users who are about to have room for something heavier

    @classmethod
    def among(cls, candidates: list[Candidate]) -> "Choice":
        if not any(one.has_room(1) for one in candidates):
            return cls({}, {})
        stand_ins = dict(AgentProfile.objects.out_of_office().values_list("user_id", "stand_in_id"))
        choice = cls({one.profile.user_id: one for one in candidates}, stand_ins)
        for asked in CategorySkill.objects.all():
            by_category = choice.required if asked.is_required else choice.preferred
            by_category.setdefault(asked.category_id, {})[asked.skill_id] = asked.level
        choice.waits = dict(Category.objects.filter(pk__in=choice.required).values_list("pk", "skill_wait_for"))
        choice.desk = Desk.objects.present()
        choice.languages = dict(Skill.objects.exclude(language="").values_list("language", "pk"))
        return choice

    @property
    def is_possible(self) -> bool:
        return bool(self.candidates)

    @property
    def absent(self) -> list[int]:
        """Whose tickets are handed on."""
        return sorted(self.stand_ins)

    def wait_of(self, waiting: Waiting) -> timedelta | None:
        """How long it waits for somebody with the skills it requires; None when it requires none."""
        return self.waits.get(waiting.category_id or 0)

    def of(self, waiting: Waiting, *, waives: bool = False) -> Candidate | None:
        """Who gets it: the stand-in of who left it, else whoever knows what it asks for and has room.

        `waives`: also somebody who does not know what it requires. A heavy ticket that fits nobody yet keeps the one
        who is nearest to having room from getting lighter ones, or it would wait forever.
        """
        weight = self.desk.points_of(waiting.priority)
        if (stand_in := self._stand_in_of(waiting)) is not None and stand_in.has_room(weight):
            return stand_in
        required = {} if waives else self.required.get(waiting.category_id or 0, {})
        team = [one for user, one in self.candidates.items() if one.is_of_team and user not in self.reserved]
        able = [one for one in team if one.knows(required)]
        free = [one for one in able if one.has_room(weight)]
        if free:
            preferred = self._preferred(waiting)
            return min(free, key=lambda one: one.rank(preferred))
        self._reserve(able)
        return None

    def missed_by(self, chosen: Candidate, waiting: Waiting) -> list[int]:
        """Required skills that the chosen one has not, by id. A stand-in is chosen for another reason."""
        if self._stand_in_of(waiting) is chosen:
            return []
        required = self.required.get(waiting.category_id or 0, {})
        return sorted(skill for skill, level in required.items() if chosen.known.get(skill, 0) < level)

    def _stand_in_of(self, waiting: Waiting) -> Candidate | None:
        found = self.candidates.get(self.stand_ins.get(waiting.assignee_id or 0) or 0)
        return found if found is not None and found.profile.user.has_perm("tickets.change_ticket") else None

    def _preferred(self, waiting: Waiting) -> set[int]:
        speaks = self.languages.get(waiting.language)
        asked = set(self.preferred.get(waiting.category_id or 0, {}))
        return asked | {speaks} if speaks is not None else asked

    def _reserve(self, able: list[Candidate]) -> None:
        open_yet = [one for one in able if one.has_room(1)]
        if open_yet:
            self.reserved.add(min(open_yet, key=lambda one: one.rank(())).profile.user_id)
