"""Which rows: who may see them, what is due, what is promised."""

from tickets.querysets.attachments import AttachmentQuerySet
from tickets.querysets.calendars import BusinessCalendarQuerySet, HolidayQuerySet
from tickets.querysets.circle import CopyQuerySet, customers_who_hear
from tickets.querysets.classifying import SuggestionQuerySet, VersionQuerySet
from tickets.querysets.desk import AgentProfileQuerySet, DeskQuerySet
from tickets.querysets.fields import FieldValueQuerySet, TicketFieldQuerySet
from tickets.querysets.guests import GuestFilingQuerySet, GuestLinkQuerySet
from tickets.querysets.held import HeldReplyQuerySet
from tickets.querysets.macros import MacroQuerySet, TagQuerySet
from tickets.querysets.messages import MessageQuerySet
from tickets.querysets.policies import Bound, Case, LadderQuerySet, SlaPolicyQuerySet
from tickets.querysets.queue_views import QueueViewQuerySet
from tickets.querysets.reading import newest_lines, ticket_of_page
from tickets.querysets.replays import REPLAYED, Difference, differences
from tickets.querysets.rules import FiringQuerySet, Preview, RuleQuerySet
from tickets.querysets.sorting import ORDERS
from tickets.querysets.surveys import SurveyQuerySet
from tickets.querysets.tickets import MOST_FIGURED, SHEET, TicketQuerySet, reads_as_staff, split_digest
from tickets.querysets.timelines import MOST_LINES, Line, timeline
from tickets.querysets.timers import TimerQuerySet
from tickets.querysets.turns import TELLS_TURNS, TeamTargetQuerySet, TeamTurnQuerySet, Turn, turns

__all__ = [
    "MOST_FIGURED",
    "MOST_LINES",
    "ORDERS",
    "REPLAYED",
    "SHEET",
    "TELLS_TURNS",
    "AgentProfileQuerySet",
    "AttachmentQuerySet",
    "Bound",
    "BusinessCalendarQuerySet",
    "Case",
    "CopyQuerySet",
    "DeskQuerySet",
    "Difference",
    "FieldValueQuerySet",
    "FiringQuerySet",
    "GuestFilingQuerySet",
    "GuestLinkQuerySet",
    "HeldReplyQuerySet",
    "HolidayQuerySet",
    "LadderQuerySet",
    "Line",
    "MacroQuerySet",
    "MessageQuerySet",
    "Preview",
    "QueueViewQuerySet",
    "RuleQuerySet",
    "SlaPolicyQuerySet",
    "SuggestionQuerySet",
    "SurveyQuerySet",
    "TagQuerySet",
    "TeamTargetQuerySet",
    "TeamTurnQuerySet",
    "TicketFieldQuerySet",
    "TicketQuerySet",
    "TimerQuerySet",
    "Turn",
    "VersionQuerySet",
    "customers_who_hear",
    "differences",
    "newest_lines",
    "reads_as_staff",
    "split_digest",
    "ticket_of_page",
    "timeline",
    "turns",
]
