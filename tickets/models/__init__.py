from tickets.models.calendars import BusinessCalendar, CalendarHours, CalendarVersion, Holiday, Shift, calendar_of
from tickets.models.desk import AgentProfile, AgentSkill, CategorySkill, Skill
from tickets.models.escalations import Escalation, Ladder, LadderStep, MatrixLine
from tickets.models.imports import ImportedRow
from tickets.models.macros import Macro, Tag
from tickets.models.policies import SlaPolicy
from tickets.models.surveys import Survey
from tickets.models.tickets import Category, Message, Ticket, address
from tickets.models.timers import Timer

__all__ = [
    "AgentProfile",
    "AgentSkill",
    "BusinessCalendar",
    "CalendarHours",
    "CalendarVersion",
    "Category",
    "CategorySkill",
    "Escalation",
    "Holiday",
    "ImportedRow",
    "Ladder",
    "LadderStep",
    "Macro",
    "MatrixLine",
    "Message",
    "Shift",
    "Skill",
    "SlaPolicy",
    "Survey",
    "Tag",
    "Ticket",
    "Timer",
    "address",
    "calendar_of",
]
