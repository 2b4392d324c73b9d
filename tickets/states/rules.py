from django.db import models
from django.utils.translation import gettext_lazy as _


class Trigger(models.TextChoices):
    """What makes a rule look at a ticket: news about it, or time that passed."""

    FILED = "ticket.filed", _("A ticket was filed")
    CLASSIFIED = "ticket.classified", _("Its category and the like were suggested")
    CUSTOMER_REPLIED = "ticket.customer_replied", _("The customer wrote")
    REPLIED = "ticket.replied", _("We answered")
    ASSIGNED = "ticket.assigned", _("It was assigned")
    PRIORITY_CHANGED = "ticket.priority_changed", _("Its priority changed")
    CATEGORY_CHANGED = "ticket.category_changed", _("Its category changed")
    TAGGED = "ticket.tagged", _("It was tagged")
    ESCALATED = "ticket.escalated", _("It was escalated")
    PROMISE_WARNED = "ticket.promise_warned", _("A promise is about to be missed")
    PROMISE_MISSED = "ticket.promise_missed", _("A promise was missed")
    SOLVED = "ticket.solved", _("It was solved")
    REOPENED = "ticket.reopened", _("It was reopened")
    RATED = "ticket.rated", _("Its solution was rated")
    SINCE_FILED = "since_filed", _("Hours since it was filed")
    SINCE_ACTIVITY = "since_activity", _("Hours since anything happened")
    SINCE_SOLVED = "since_solved", _("Hours since it was solved")
    BEFORE_DUE = "before_due", _("Hours before a promise falls due")


# The column that time is counted from (or to).
COUNTS_FROM: dict[str, str] = {
    Trigger.SINCE_FILED: "filed_at",
    Trigger.SINCE_ACTIVITY: "last_activity_at",
    Trigger.SINCE_SOLVED: "solved_at",
    Trigger.BEFORE_DUE: "due_at",
}


class Asks(models.TextChoices):
    """What a condition of a rule asks about."""

    STATE = "state", _("State")
    PRIORITY = "priority", _("Priority")
    CHANNEL = "channel", _("Channel")
    TEAM = "level", _("Team")
    CATEGORY = "category", _("Category")
    TIER = "tier", _("Tier")
    ORGANIZATION = "organization", _("Organization")
    ASSIGNEE = "assignee", _("Assignee")
    TAG = "tag", _("Tag")
    SUBJECT = "subject", _("Subject")
    FIRST_WORDS = "body", _("What the customer wrote first")
    ADDRESS = "address", _("Requester’s address")
    LIKELY_CATEGORY = "likely_category", _("Category, as suggested")
    LANGUAGE = "language", _("Language, as suggested")
    SENTIMENT = "sentiment", _("Mood, as suggested")


class Operator(models.TextChoices):
    IS = "is", _("is one of")
    IS_NOT = "is_not", _("is none of")
    IS_EMPTY = "empty", _("is not set")
    CONTAINS = "contains", _("contains one of")
    CONTAINS_NOT = "contains_not", _("contains none of")


# What is true of a ticket for good, so that it can be asked about the past; the others change as it is worked on.
LASTING = {
    *(Asks.CHANNEL, Asks.TIER, Asks.ORGANIZATION, Asks.SUBJECT, Asks.FIRST_WORDS, Asks.ADDRESS),
    *(Asks.LIKELY_CATEGORY, Asks.LANGUAGE, Asks.SENTIMENT),
}
_WORDS = {Asks.SUBJECT, Asks.FIRST_WORDS, Asks.ADDRESS}
_MAY_BE_EMPTY = {Asks.CATEGORY, Asks.TIER, Asks.ORGANIZATION, Asks.ASSIGNEE, Asks.TAG}


def operators_of(asks: str) -> list[Operator]:
    """By which operators one may ask about that."""
    if asks in _WORDS:
        return [Operator.CONTAINS, Operator.CONTAINS_NOT]
    return [Operator.IS, Operator.IS_NOT, *([Operator.IS_EMPTY] if asks in _MAY_BE_EMPTY else [])]


class Does(models.TextChoices):
    """What a rule may do, each by the action that people use too."""

    ASSIGN = "assign", _("Assign to the agent")
    HAND_TO_TEAM = "team", _("Hand to the team")
    PRIORITY = "priority", _("Set the priority")
    CATEGORY = "category", _("Set the category")
    TAG = "tag", _("Add the tag")
    UNTAG = "untag", _("Take off the tag")
    ANSWER = "answer", _("Send the macro’s answer")
    NOTE = "note", _("Leave an internal note")
    NOTIFY = "notify", _("Tell by letter")
    SOLVE = "solve", _("Solve")
    CLOSE = "close", _("Close for good")


NOTIFIED = {"assignee": _("Assignee"), "lead": _("Team leads"), "team": _("Team that has the ticket")}


class FiringState(models.TextChoices):
    """What became of a rule that applied to a ticket."""

    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused: nothing was changed")
    FAILED = "failed", _("Failed: nothing was changed")
