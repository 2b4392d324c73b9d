"""The demo's status page: Quantum Elite's components, ninety days of their history, one small open incident.

Everything is made by the actions, in the order in which it happened, with the clock of that moment passed in.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta

import portal.operations.actions as operations
from incidents.actions import (
    Opening,
    Plan,
    Report,
    cancel_maintenance,
    finish_maintenance,
    keep_component,
    keep_group,
    open_incident,
    post_update,
    schedule_maintenance,
    set_component_status,
    start_maintenance,
)
from incidents.demo.cast import GROUPS
from incidents.demo.planned import DIPS, LESSONS, WORKS, Dip, Work
from incidents.demo.story import STORIES, Step, Story
from incidents.models import Component, ComponentGroup, Incident, Maintenance
from incidents.states import Source
from portal.accounts.models import User

TRACKED_FOR = timedelta(days=400)
LOOKED_AT = timedelta(days=1)  # so long after its end an incident is gone through
Happening = tuple[datetime, Callable[[datetime], object]]


def furnish(*, now: datetime) -> None:
    """Fills an empty status page; does nothing when there are components already."""
    if Component.objects.exists():
        return
    by = User.objects.staff().filter(groups__name="incident-commander").order_by("pk").first()
    stage = _Stage(now, by)
    for at, happen in sorted(stage.happenings(), key=lambda one: one[0]):
        happen(at)
    stage.note_lessons()


class _Stage:
    """Turns the story, told in days ago, into calls of actions at their moments."""

    def __init__(self, now: datetime, by: User | None) -> None:
        self.now, self.by = now, by
        self.components = self._components()
        self.incidents: dict[str, Incident] = {}
        self.maintenances: dict[str, Maintenance] = {}

    def happenings(self) -> list[Happening]:
        told: list[Happening] = []
        for story in STORIES:
            told += self._incident(story)
        for work in WORKS:
            told += self._maintenance(work)
        for dip in DIPS:
            told += self._dip(dip)
        return [one for one in told if one[0] <= self.now]

    def note_lessons(self) -> None:
        """What the post-mortems ask for and is not done yet."""
        for lesson in LESSONS:
            incident = Incident.objects.get(title=lesson.incident)
            work = operations.Work(
                f"Post-mortem: {lesson.action}",
                f"demo:lesson:{incident.pk}:{lesson.action}",
                about=incident,
                owner=self.by if lesson.is_ours else None,
                due_at=self.now + timedelta(days=lesson.due_in),
            )
            operations.open_task(work, by=self.by, now=min((incident.resolved_at or self.now) + LOOKED_AT, self.now))

    def _components(self) -> dict[str, Component]:
        since = self.now - TRACKED_FOR
        made: dict[str, Component] = {}
        for place, (name, members) in enumerate(GROUPS.items(), start=1):
            group = keep_group(group=ComponentGroup(name=name, position=place), by=self.by, now=since)
            for position, (title, description) in enumerate(members.items(), start=1):
                component = Component(name=title, description=description, group=group, position=position)
                component.tracked_since = since
                made[title] = keep_component(component=component, by=self.by, now=since)
        return made

    def _at(self, days_ago: float, clock: str) -> datetime:
        """That time of day, so many days ago; for today simply so many hours ago."""
        if 0 <= days_ago < 1:
            return self.now - timedelta(days=days_ago)
        on = (self.now - timedelta(days=days_ago)).date()
        return datetime.combine(on, time.fromisoformat(clock), tzinfo=self.now.tzinfo)

    def _touched(self, impacts: Mapping[str, str]) -> dict[Component, str]:
        return {self.components[name]: status for name, status in impacts.items()}

    def _incident(self, story: Story) -> list[Happening]:
        began = self._at(story.days_ago, story.clock)
        first, *later = story.steps

        def opens(at: datetime) -> None:
            opening = Opening(
                story.title, story.severity, first.body, self._touched(first.impacts), first.status, started_at=began
            )
            self.incidents[story.title] = open_incident(opening=opening, by=self.by, now=at)

        def tells(step: Step) -> Callable[[datetime], object]:
            report = Report(step.status, step.body, self._touched(step.impacts))
            return lambda at: post_update(incident=self.incidents[story.title], report=report, by=self.by, now=at)

        told: list[Happening] = [(began + timedelta(minutes=first.after), opens)]
        return told + [(began + timedelta(minutes=step.after), tells(step)) for step in later]

    def _maintenance(self, work: Work) -> list[Happening]:
        start = self._at(work.days_ago, work.clock)
        end = start + timedelta(minutes=work.planned_for)
        plan = Plan(work.title, work.body, start, end, [self.components[name] for name in work.components])
        announced = start - timedelta(days=work.announced_before)

        def schedules(at: datetime) -> None:
            self.maintenances[work.title] = schedule_maintenance(plan=plan, by=self.by, now=at)

        def does(action: Callable[..., object]) -> Callable[[datetime], object]:
            return lambda at: action(maintenance=self.maintenances[work.title], by=self.by, now=at)

        told: list[Happening] = [(min(announced, self.now), schedules)]
        if work.canceled_before:
            return [*told, (start - timedelta(days=work.canceled_before), does(cancel_maintenance))]
        done = start + timedelta(minutes=work.took or work.planned_for)
        return [*told, (start, does(start_maintenance)), (done, does(finish_maintenance))]

    def _dip(self, dip: Dip) -> list[Happening]:
        begins = self._at(dip.days_ago, dip.clock)

        def moves(status: str, reason: str) -> Callable[[datetime], object]:
            component = self.components[dip.component]
            return lambda at: set_component_status(
                component=component, status=status, by=None, reason=reason, source=Source.MONITOR, now=at
            )

        return [
            (begins, moves(dip.status, dip.reason)),
            (begins + timedelta(minutes=dip.lasted), moves("operational", "Checks pass again.")),
        ]
