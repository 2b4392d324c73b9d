"""The desk's pages in the admin: the queue with the workspace, what is promised, and by which hours."""

from tickets.admin.calendars import BusinessCalendarAdmin
from tickets.admin.classifying import ClassifierAdmin
from tickets.admin.desk import AgentProfileAdmin, SkillAdmin
from tickets.admin.fields import TicketFieldAdmin
from tickets.admin.figures import DeskAdmin
from tickets.admin.files import AttachmentAdmin
from tickets.admin.imports import DeskImportAdmin
from tickets.admin.macros import MacroAdmin, TagAdmin
from tickets.admin.promises import (
    CategoryAdmin,
    EscalationAdmin,
    LadderAdmin,
    MatrixLineAdmin,
    SlaPolicyAdmin,
)
from tickets.admin.queue import TicketAdmin
from tickets.admin.ratings import SurveyAdmin
from tickets.admin.rules import FiringAdmin, RuleAdmin

__all__ = [
    "AgentProfileAdmin",
    "AttachmentAdmin",
    "BusinessCalendarAdmin",
    "CategoryAdmin",
    "ClassifierAdmin",
    "DeskAdmin",
    "DeskImportAdmin",
    "EscalationAdmin",
    "FiringAdmin",
    "LadderAdmin",
    "MacroAdmin",
    "MatrixLineAdmin",
    "RuleAdmin",
    "SkillAdmin",
    "SlaPolicyAdmin",
    "SurveyAdmin",
    "TagAdmin",
    "TicketAdmin",
    "TicketFieldAdmin",
]
