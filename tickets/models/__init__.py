from tickets.models.calendars import BusinessCalendar, CalendarHours, CalendarVersion, Holiday, Shift, calendar_of
from tickets.models.classifying import Classifier, ClassifierVersion, Suggestion
from tickets.models.desk import AgentProfile, AgentSkill, CategorySkill, Skill
from tickets.models.escalations import Escalation, Ladder, LadderStep, MatrixLine
from tickets.models.macros import Macro, Tag
from tickets.models.policies import SlaPolicy
from tickets.models.rules import Firing, Rule, RuleAct, RuleCondition, RuleVersion
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
    "Classifier",
    "ClassifierVersion",
    "Escalation",
    "Firing",
    "Holiday",
    "Ladder",
    "LadderStep",
    "Macro",
    "MatrixLine",
    "Message",
    "Rule",
    "RuleAct",
    "RuleCondition",
    "RuleVersion",
    "Shift",
    "Skill",
    "SlaPolicy",
    "Suggestion",
    "Survey",
    "Tag",
    "Ticket",
    "Timer",
    "address",
    "calendar_of",
]
