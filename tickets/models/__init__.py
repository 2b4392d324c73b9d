from tickets.models.attachments import Attachment
from tickets.models.calendars import BusinessCalendar, CalendarHours, CalendarVersion, Holiday, Shift, calendar_of
from tickets.models.circle import Copy, Follower
from tickets.models.classifying import Classifier, ClassifierVersion, Suggestion
from tickets.models.desk import AgentProfile, AgentSkill, CategorySkill, Skill
from tickets.models.escalations import Escalation, Ladder, LadderStep, MatrixLine
from tickets.models.fields import FieldValue, TicketField
from tickets.models.figures import Desk
from tickets.models.finding import SearchDocument
from tickets.models.guests import GuestFiling, GuestLink, has_login
from tickets.models.held import HeldReply
from tickets.models.imports import DeskImport, ImportedRow
from tickets.models.macros import Macro, Tag
from tickets.models.policies import SlaPolicy
from tickets.models.queue_views import QueueView
from tickets.models.rules import Firing, Rule, RuleAct, RuleCondition, RuleVersion
from tickets.models.surveys import Survey
from tickets.models.tickets import Category, Message, Ticket, address
from tickets.models.timers import Timer
from tickets.models.turns import TeamTarget, TeamTurn

__all__ = [
    "AgentProfile",
    "AgentSkill",
    "Attachment",
    "BusinessCalendar",
    "CalendarHours",
    "CalendarVersion",
    "Category",
    "CategorySkill",
    "Classifier",
    "ClassifierVersion",
    "Copy",
    "Desk",
    "DeskImport",
    "Escalation",
    "FieldValue",
    "Firing",
    "Follower",
    "GuestFiling",
    "GuestLink",
    "HeldReply",
    "Holiday",
    "ImportedRow",
    "Ladder",
    "LadderStep",
    "Macro",
    "MatrixLine",
    "Message",
    "QueueView",
    "Rule",
    "RuleAct",
    "RuleCondition",
    "RuleVersion",
    "SearchDocument",
    "Shift",
    "Skill",
    "SlaPolicy",
    "Suggestion",
    "Survey",
    "Tag",
    "TeamTarget",
    "TeamTurn",
    "Ticket",
    "TicketField",
    "Timer",
    "address",
    "calendar_of",
    "has_login",
]
