"""What tickets know of people. A ticket that is erased keeps its number, its moments and its promises: the figures of
the desk stay true. Every word of it goes, those of the staff too, since an answer names whom it answers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.lib.privacy import ERASED, Ageing, Fate, Sheet, Subject, ages, decide, erases, exports
from portal.operations import privacy as tasks
from portal.outbox import privacy as letters
from portal.outbox.models import Letter
from tickets.models import (
    Attachment,
    Copy,
    Escalation,
    FieldValue,
    Firing,
    Follower,
    GuestFiling,
    HeldReply,
    Macro,
    Message,
    QueueView,
    Suggestion,
    Survey,
    Ticket,
)
from tickets.states import MESSAGES_FOR_CUSTOMERS, TicketState

_HOUSE = {
    "BusinessCalendar": "slug name zone",
    "CalendarVersion": "hours",
    "Holiday": "name source",
    "Category": "slug name",
    "Skill": "slug name",
    "Ladder": "slug name",
    "LadderStep": "tells",
    "MatrixLine": "title",
    "Tag": "slug name",
    "SlaPolicy": "value remark",
    "TicketField": "slug name help_text choices",
    "Rule": "name",
    "RuleCondition": "value",
    "RuleAct": "value",
}
decide({f"tickets.{model}": {Fate.HOUSE: columns} for model, columns in _HOUSE.items()})
decide(
    {
        "tickets.Ticket": {
            Fate.ERASED: "subject filing_key",
            Fate.FIGURE: "public_id",
            Fate.LINK: "requester organization assignee",
        },
        "tickets.Message": {Fate.ERASED: "body html", Fate.LINK: "author"},
        "tickets.Survey": {Fate.ERASED: "comment"},
        "tickets.Escalation": {Fate.ERASED: "reason", Fate.FIGURE: "told", Fate.LINK: "asked_by"},
        "tickets.ImportedRow": {Fate.HOUSE: "source", Fate.FIGURE: "source_id about_id"},
        "tickets.DeskImport": {
            Fate.HOUSE: "source",
            Fate.FIGURE: "tally",
            Fate.AGED: "name stored problems remarks reason",  # two weeks after it ended
            Fate.LINK: "uploaded_by",
        },
        "tickets.Timer": {Fate.FIGURE: "reason percents"},
        "tickets.Macro": {Fate.HOUSE: "name body", Fate.LINK: "owner"},
        "tickets.RuleVersion": {Fate.HOUSE: "written", Fate.LINK: "made_by"},
        "tickets.Firing": {Fate.ERASED: "reason"},
        "tickets.QueueView": {Fate.HOUSE: "name query slug", Fate.LINK: "owner"},
        "tickets.Follower": {Fate.DELETED: "user", Fate.LINK: "added_by"},
        "tickets.Copy": {Fate.DELETED: "address", Fate.FIGURE: "public_id", Fate.LINK: "added_by"},
        "tickets.FieldValue": {Fate.DELETED: "text"},
        "tickets.HeldReply": {Fate.DELETED: "body digest reason leaves", Fate.LINK: "author"},
        "tickets.Suggestion": {
            Fate.ERASED: "options",  # the words that spoke for a label
            Fate.FIGURE: "label arrived_with chosen",
            Fate.LINK: "decided_by",
        },
        "tickets.ClassifierVersion": {
            Fate.FIGURE: "digest recipe scores rival_scores",
            Fate.AGED: "trained error",  # what many tickets have in common; the next training replaces it
        },
        "tickets.AgentProfile": {Fate.LINK: "user stand_in"},
    }
)
decide(
    {
        "tickets.Attachment": {
            Fate.DELETED: "name content_type problem stored thumbnail uploaded_by network",
            Fate.FIGURE: "public_id",
        },
        "tickets.GuestFiling": {Fate.DELETED: "email name subject body digest network"},
        "tickets.GuestLink": {Fate.FIGURE: "public_id"},
    }
)
_HTML = f"<p>{ERASED}</p>"


def _concerned(subject: Subject, path: str = "") -> Q:
    """Rows that belong to tickets of that person or organization; `path` leads from the row to its ticket."""
    return Q(**{f"{path}requester_id" if subject.is_person else f"{path}organization_id": subject.pk})


def _written(subject: Subject) -> Q:
    """Messages of those tickets, wherever a merge moved them; of a person also what they wrote on tickets of others,
    and the notices that name them."""
    found = _concerned(subject, "ticket__") | _concerned(subject, "merged_from__")
    if not subject.is_person:
        return found
    named = Q(is_from_staff=True, author=None, ticket__escalations__asked_by=subject.pk)
    return found | Q(author_id=subject.pk, is_from_staff=False) | named


def _drop_files(chosen: Q) -> int:
    """They belong to nothing from now on; the sweep of uploads deletes row and bytes."""
    nobody_s: dict[str, Any] = {"message": None, "held": None, "filing": None, "uploaded_by": None, "network": ""}
    gone = {**nobody_s, "name": ERASED, "problem": "", "dropped_at": Now()}
    return Attachment.objects.filter(chosen, dropped_at=None).update(**gone)


def _blank_messages(chosen: Q, most: int) -> int:
    found = list(Message.objects.filter(chosen).exclude(body=ERASED).values_list("pk", flat=True)[:most])
    _drop_files(Q(message__in=found))
    count = letters.blank(Letter.objects.about_any({Message: found}), most * 10)
    return count + Message.objects.filter(pk__in=found).update(body=ERASED, html=_HTML)


def _blank_tickets(chosen: Q, most: int) -> int:
    """The subject last, since it tells that the rest is gone."""
    found = list(Ticket.objects.filter(chosen).exclude(subject=ERASED).values_list("pk", flat=True)[:most])
    if not found:
        return 0
    letters.blank(Letter.objects.about_any({Ticket: found}), most * 100)
    tasks.blank(Q(about_type="tickets.ticket", about_id__in=[str(pk) for pk in found]), most * 10)
    for model in (HeldReply, Follower, Copy):
        model.objects.filter(ticket__in=found).delete()
    Survey.objects.filter(ticket__in=found).exclude(comment="").update(comment="")
    Escalation.objects.filter(ticket__in=found).exclude(reason="").update(reason="")
    Firing.objects.filter(ticket__in=found).exclude(reason="").update(reason="")
    Suggestion.objects.filter(ticket__in=found).update(options=[])
    FieldValue.objects.filter(ticket__in=found).delete()
    return Ticket.objects.filter(pk__in=found).update(subject=ERASED, filing_key=None)


@erases("tickets")
def erase(subject: Subject, most: int) -> int:
    count = _blank_messages(_written(subject), most)
    if count:
        return count
    if subject.is_person:
        count += Escalation.objects.filter(asked_by=subject.pk).exclude(reason="").update(reason="")
        filings = GuestFiling.objects.of_addresses(subject.emails) | GuestFiling.objects.filter(
            ticket__requester=subject.pk
        )
        mine = [
            Macro.objects.filter(owner=subject.pk),
            QueueView.objects.filter(owner=subject.pk),
            Follower.objects.filter(user=subject.pk),
            Copy.objects.of_addresses(subject.emails),
            filings,
        ]
        count += _drop_files(Q(filing__in=filings))
        for theirs in mine:
            count += theirs.delete()[0]
        count += _drop_files(Q(uploaded_by=subject.pk, message=None))
    return count + _blank_tickets(_concerned(subject), most)


@exports("tickets")
def export(subject: Subject) -> Iterator[Sheet]:
    """Each ticket as the customer's page tells it: without notes of the staff."""
    found = Ticket.objects.filter(_concerned(subject)).select_related("organization", "requester", "category")
    lines = []
    for ticket in found.order_by("number").iterator(chunk_size=200):
        shown = Q(ticket=ticket, is_internal=False) | Q(merged_from=ticket)
        messages = Message.objects.filter(shown, kind__in=MESSAGES_FOR_CUSTOMERS).told()
        told = [_told(message) for message in messages]
        lines.append({**_line(ticket), "messages": told})
        yield Sheet(f"tickets/{ticket.number}.md", _page(ticket, told))
    yield Sheet("tickets.json", lines)
    if subject.is_person:
        elsewhere = Message.objects.filter(author_id=subject.pk, kind__in=MESSAGES_FOR_CUSTOMERS)
        others = elsewhere.exclude(ticket__requester=subject.pk).told().select_related("ticket", "author")
        unsent = Attachment.objects.unsent_of(subject).values("name", "size", "content_type", "uploaded_at")
        yield Sheet("files-not-sent.json", list(unsent))
        followed = Follower.objects.filter(user=subject.pk).order_by("ticket").values("ticket__number", "added_at")
        copied = (
            Copy.objects.of_addresses(subject.emails).order_by("ticket").values("ticket__number", "address", "added_at")
        )
        yield Sheet("tickets-told-of.json", {"followed": list(followed), "copies": list(copied)})
        yield Sheet("messages-on-other-tickets.json", [{"ticket": one.ticket.number, **_told(one)} for one in others])


def _line(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "state": ticket.state,
        "priority": ticket.priority,
        "channel": ticket.channel,
        "category": ticket.category.slug if ticket.category else "",
        "organization": ticket.organization.name if ticket.organization else "",
        "requester": ticket.requester.email,
        "filed_at": ticket.filed_at,
        "solved_at": ticket.solved_at,
        "closed_at": ticket.closed_at,
        "fields": list(ticket.field_values.values("field__name", "text", "number", "day", "flag")),
        "ratings": list(ticket.surveys.told().values("score", "comment", "answered_at")),
    }


def _told(message: Message) -> dict[str, Any]:
    who = "support" if message.is_from_staff else "customer"
    files = [_told_file(one) for one in message.files]  # type: ignore[attr-defined]  # `told` brings them along
    told = {"at": message.created_at, "from": who, "author": str(message.author or ""), "text": message.body}
    return {**told, "files": files}


def _told_file(columns: dict[str, Any]) -> dict[str, Any]:
    """Its name and where to fetch it: the bytes are behind the log-in, by the gate of the message."""
    way = reverse("tickets:file", args=[columns["public_id"]])
    return {"name": columns["name"], "size": columns["size"], "type": columns["content_type"], "url": way}


def _page(ticket: Ticket, told: list[dict[str, Any]]) -> str:
    return "\n".join([f"# {ticket.number} {ticket.subject}\n", *map(_turn, told)])


def _turn(one: dict[str, Any]) -> str:
    files = "".join(f"- {file['name']}\n" for file in one["files"])
    head = f"## {one['author'] or one['from']}, {one['at']:%Y-%m-%d %H:%M} UTC"
    return "\n\n".join(filter(None, [head, one["text"], files])) + "\n"


def _closed_before(before: datetime) -> Any:
    return Ticket.objects.filter(state=TicketState.CLOSED, closed_at__lt=before).exclude(subject=ERASED)


def _forget_tickets(pks: list[int]) -> int:
    while _blank_messages(Q(ticket__in=pks), 500):
        pass
    return _blank_tickets(Q(pk__in=pks), len(pks))


ages(Ageing("tickets.closed", _("Words of tickets that are closed"), 1095, _closed_before, _forget_tickets))
