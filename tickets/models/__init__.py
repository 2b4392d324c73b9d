from tickets.models.attachments import Attachment
from tickets.models.calendars import BusinessCalendar, CalendarHours, CalendarVersion, Holiday, Shift, calendar_of
from tickets.models.desk import AgentProfile, AgentSkill, CategorySkill, Skill
from tickets.models.escalations import Escalation, Ladder, LadderStep, MatrixLine
from tickets.models.guests import GuestFiling, GuestLink, has_login
from tickets.models.macros import Macro, Tag
from tickets.models.policies import SlaPolicy
from tickets.models.desk_rules import DeskRules
from tickets.models.surveys import Survey
from tickets.models.tickets import Category, Message, Ticket, address
from tickets.models.timers import Timer

__all__ = [
    "AgentProfile",
    "AgentSkill",
    "Attachment",
    "BusinessCalendar",
    "CalendarHours",
    "CalendarVersion",
    "Category",
    "CategorySkill",
    "DeskRules",
    "Escalation",
    "GuestFiling",
    "GuestLink",
    "Holiday",
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
    "has_login",
]
