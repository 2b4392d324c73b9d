import json
from datetime import UTC, date, datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.lib.business_time import Calendar
from portal.lib.written import as_html
from tests.factories.accounts import OrganizationFactory, StaffFactory, UserFactory
from tickets.models import (
    AgentProfile,
    AgentSkill,
    BusinessCalendar,
    CalendarHours,
    CalendarVersion,
    Category,
    CategorySkill,
    DeskImport,
    Escalation,
    Holiday,
    ImportedRow,
    Ladder,
    LadderStep,
    Macro,
    MatrixLine,
    Message,
    Shift,
    Skill,
    SlaPolicy,
    Survey,
    Tag,
    TeamTarget,
    TeamTurn,
    Ticket,
    Timer,
)


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    slug = factory.Sequence(lambda n: f"category-{n}")
    name = factory.Sequence(lambda n: f"Category {n}")


class TicketFactory(DjangoModelFactory):
    """A bare row: no message and no promise. Tests of behavior file theirs by the action."""

    class Meta:
        model = Ticket

    organization = factory.SubFactory(OrganizationFactory)
    requester = factory.SubFactory(UserFactory)
    subject = factory.Sequence(lambda n: f"Signals are late ({n})")
    filed_at = factory.LazyFunction(timezone.now)
    last_activity_at = factory.SelfAttribute("filed_at")


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    ticket = factory.SubFactory(TicketFactory)
    author = factory.SelfAttribute("ticket.requester")
    body = "Since this morning every signal comes ten minutes late."
    html = factory.LazyAttribute(lambda message: as_html(message.body))
    created_at = factory.SelfAttribute("ticket.filed_at")


class SlaPolicyFactory(DjangoModelFactory):
    class Meta:
        model = SlaPolicy
        django_get_or_create = ("dimension", "value")

    dimension = "tier"
    value = factory.Sequence(lambda n: f"tier-{n}")
    first_response_for = timedelta(hours=4)


class TimerFactory(DjangoModelFactory):
    class Meta:
        model = Timer

    ticket = factory.SubFactory(TicketFactory)
    target_for = timedelta(hours=4)


class BusinessCalendarFactory(DjangoModelFactory):
    """Without any hours; tests add the rows they speak of."""

    class Meta:
        model = BusinessCalendar

    name = factory.Sequence(lambda n: f"Desk {n}")
    slug = factory.Sequence(lambda n: f"desk-{n}")
    zone = "Europe/Berlin"


class CalendarVersionFactory(DjangoModelFactory):
    class Meta:
        model = CalendarVersion

    calendar = factory.SubFactory(BusinessCalendarFactory)
    hours = json.dumps(Calendar.of("Europe/Berlin", {0: ["09:00-17:00"]}).to_json())
    made_at = datetime(2026, 1, 1, tzinfo=UTC)


class LadderFactory(DjangoModelFactory):
    class Meta:
        model = Ladder

    name = factory.Sequence(lambda n: f"Ladder {n}")
    slug = factory.Sequence(lambda n: f"ladder-{n}")


class LadderStepFactory(DjangoModelFactory):
    class Meta:
        model = LadderStep

    ladder = factory.SubFactory(LadderFactory)
    at_percent = 75
    tells = factory.List(["assignee"])


class MatrixLineFactory(DjangoModelFactory):
    class Meta:
        model = MatrixLine
        django_get_or_create = ("priority",)

    priority = "high"
    level = "l3"
    title = "Director of Engineering"


class TeamTargetFactory(DjangoModelFactory):
    class Meta:
        model = TeamTarget
        django_get_or_create = ("level", "priority")

    level = "l2"
    priority = "high"
    answer_for = timedelta(hours=1)


class TeamTurnFactory(DjangoModelFactory):
    """A bare row; the portal makes its own from what happened to a ticket."""

    class Meta:
        model = TeamTurn

    ticket = factory.SubFactory(TicketFactory)
    number = factory.Sequence(lambda n: n + 1)
    level = "l2"
    priority = "high"
    reached_at = datetime(2026, 3, 10, tzinfo=UTC)
    due_at = datetime(2026, 3, 10, 1, tzinfo=UTC)


class EscalationFactory(DjangoModelFactory):
    """A wish; those of steps are made by the clock."""

    class Meta:
        model = Escalation

    ticket = factory.SubFactory(TicketFactory)
    reason = "It is urgent."
    reached_at = datetime(2026, 3, 10, tzinfo=UTC)
    fired_at = datetime(2026, 3, 10, tzinfo=UTC)
    level = "l2"


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    slug = factory.Sequence(lambda n: f"tag-{n}")
    name = factory.Sequence(lambda n: f"Tag {n}")


class MacroFactory(DjangoModelFactory):
    class Meta:
        model = Macro

    name = factory.Sequence(lambda n: f"Macro {n}")
    is_shared = True
    body = "Hello {{ requester.first_name }}"


class CalendarHoursFactory(DjangoModelFactory):
    class Meta:
        model = CalendarHours

    calendar = factory.SubFactory(BusinessCalendarFactory)
    weekday = 0
    opens = 9 * 3600
    closes = 17 * 3600


class ShiftFactory(DjangoModelFactory):
    class Meta:
        model = Shift

    calendar = factory.SubFactory(BusinessCalendarFactory)
    on = date(2026, 12, 24)
    opens = 9 * 3600
    closes = 12 * 3600


class HolidayFactory(DjangoModelFactory):
    class Meta:
        model = Holiday

    calendar = factory.SubFactory(BusinessCalendarFactory)
    on = date(2026, 12, 25)
    name = "Christmas Day"


class SkillFactory(DjangoModelFactory):
    class Meta:
        model = Skill

    slug = factory.Sequence(lambda n: f"skill-{n}")
    name = factory.Sequence(lambda n: f"Skill {n}")


class AgentProfileFactory(DjangoModelFactory):
    class Meta:
        model = AgentProfile

    user = factory.SubFactory(StaffFactory)
    availability = "online"


class AgentSkillFactory(DjangoModelFactory):
    class Meta:
        model = AgentSkill

    profile = factory.SubFactory(AgentProfileFactory)
    skill = factory.SubFactory(SkillFactory)


class CategorySkillFactory(DjangoModelFactory):
    class Meta:
        model = CategorySkill

    category = factory.SubFactory(CategoryFactory)
    skill = factory.SubFactory(SkillFactory)


class SurveyFactory(DjangoModelFactory):
    """Not rated and not asked for yet."""

    class Meta:
        model = Survey

    ticket = factory.SubFactory(TicketFactory)
    solved_at = factory.SelfAttribute("ticket.filed_at")
    answers_until = factory.LazyAttribute(lambda survey: survey.solved_at + timedelta(days=30))


class ImportedRowFactory(DjangoModelFactory):
    class Meta:
        model = ImportedRow

    source = "zendesk"
    kind = "ticket"
    source_id = factory.Sequence(str)
    about_id = 1
    imported_at = factory.LazyFunction(timezone.now)


class DeskImportFactory(DjangoModelFactory):
    """A bare row; its file is nowhere."""

    class Meta:
        model = DeskImport

    origin = "zendesk"
    source = "zendesk"
    audience = "operations"
    name = "export.zip"
    size = 4
    stored = factory.Sequence(lambda n: f"no/{n}")
    state = "looked_at"
    uploaded_at = factory.LazyFunction(timezone.now)
    ended_at = factory.LazyFunction(timezone.now)
