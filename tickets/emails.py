from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.urls import reverse

from portal.accounts.models import User
from portal.outbox.actions import post
from portal.outbox.letters import Draft, render
from tickets.models import Copy, GuestFiling, GuestLink, HeldReply, Message, Survey, Ticket, has_login
from tickets.querysets import reads_as_staff
from tickets.states import Metric, Score, labels

_SECRET = {"survey", "confirm_guest", "guest_link"}  # their links open without a log-in


def filed(*, ticket: Ticket, message: Message | None, due_at: datetime | None, filed_by: User | None = None) -> None:
    """Acknowledges a ticket to who asked: number, promise, link. Of their text only the subject comes back.

    `filed_by` is who filed it for them.
    """
    context = {"ticket": ticket, "due_at": due_at, "filed_by": filed_by, **_way_of(ticket)}
    _send(f"ticket-filed:{ticket.pk}", "filed", ticket.requester, message or ticket, context)


def replied(*, message: Message) -> None:
    """Brings the full answer to who asked."""
    ticket = message.home  # merged meanwhile: those to whom it was written get it, nobody else
    way = _way_of(ticket)
    context = {"message": message, "ticket": ticket, "days": ticket.desk.reopen_within.days, **way}
    context["files"] = _files(message, way["guest_link"])
    _send(f"ticket-replied:{message.pk}", "replied", ticket.requester, message, context)


def solved(*, ticket: Ticket, key: str) -> None:
    """Tells that the ticket is solved and how to take it up again."""
    context = {"ticket": ticket, "days": ticket.desk.reopen_within.days, **_way_of(ticket)}
    _send(f"ticket-solved:{key}", "solved", ticket.requester, ticket, context)


def confirm_guest(*, filing: GuestFiling, secret: str) -> None:
    """Asks an address whether it really wrote to us. Of what was written nothing goes there: it may be a stranger's."""
    link = settings.SITE_URL + reverse("tickets:guest_confirm", args=[secret])
    words = render("emails/tickets/confirm_guest", {"link": link, "until": filing.expires_at})
    draft = Draft(f"ticket-guest:{filing.pk}", filing.email, words.subject, words.text, words.html, secret=True)
    post(draft)


def guest_link(*, link: GuestLink) -> None:
    """The new link to a ticket, for who has no log-in."""
    ticket = link.ticket
    context = {"ticket": ticket, "link": settings.SITE_URL + link.get_absolute_url(), "until": link.expires_at}
    _send(f"ticket-guest-link:{link.pk}", "guest_link", ticket.requester, ticket, context)


def survey(*, survey: Survey) -> None:
    """Asks how they rate the solution. Each link preselects a score on the page; none records anything."""
    address = settings.SITE_URL + survey.get_absolute_url()
    link = f"{address}?{urlencode({'key': survey.key})}"
    scores = [(label, f"{link}&score={score}") for score, label in reversed(Score.choices)]
    context = {"ticket": survey.ticket, "link": link, "scores": scores, "until": survey.answers_until}
    _send(f"ticket-survey:{survey.pk}", "survey", survey.ticket.requester, survey.ticket, context)


def customer_replied(*, message: Message, to: User) -> None:
    """Tells an agent that the customer wrote."""
    link = settings.SITE_URL + reverse("admin:tickets_ticket_change", args=[message.ticket_id])
    context = {"message": message, "ticket": message.ticket, "link": link, "files": _files(message)}
    _send(f"ticket-customer-replied:{message.pk}:{to.pk}", "customer_replied", to, message, context)


def did_not_leave(*, held: HeldReply) -> None:
    """Tells an agent that an answer they sent did not reach the customer, with its words."""
    context = {"held": held, "ticket": held.ticket, "link": _desk(held.ticket)}
    _send(f"ticket-reply-stopped:{held.pk}", "did_not_leave", held.author, held.ticket, context)


def mentioned(*, message: Message, to: User) -> None:
    """Tells a colleague that a note names them."""
    context = {"message": message, "ticket": message.ticket, "link": _desk(message.ticket)}
    _send(f"ticket-mentioned:{message.pk}:{to.pk}", "mentioned", to, message, context)


def followed(*, message: Message, to: User) -> None:
    """Brings a message to somebody who follows the ticket."""
    ticket = message.home
    link = _desk(message.ticket) if reads_as_staff(to) else settings.SITE_URL + ticket.get_absolute_url()
    context = {"message": message, "ticket": ticket, "link": link, "files": _files(message)}
    _send(f"ticket-followed:{message.pk}:{to.pk}", "followed", to, message, context)


def copied(*, message: Message, copy: Copy) -> None:
    """Brings a public message to an address that gets copies. It opens nothing: its one link ends the copies."""
    stop = settings.SITE_URL + copy.get_absolute_url()
    names = ", ".join(name for name, _link in _files(message))
    context = {"message": message, "ticket": message.home, "stop": stop, "file_names": names}
    words = render("emails/tickets/copied", context)
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Auto-Response-Suppress": "All",
    }
    key = f"ticket-copy:{copy.pk}:{message.pk}"
    post(Draft(key, copy.address, words.subject, words.text, words.html, about=message, headers=headers))


def merged(*, source: Ticket, into: Ticket, to: User, not_before: datetime) -> None:
    """Tells who asked, or follows, in which ticket the talk goes on. It waits as long as answers can be taken back."""
    way = _way_of(into) if to.pk == into.requester_id else {"link": settings.SITE_URL + into.get_absolute_url()}
    context = {"source": source, "ticket": into, **way}
    _send(f"ticket-merged:{source.pk}:{to.pk}", "merged", to, into, context, not_before=not_before)


def escalated(*, ticket: Ticket, to: User, key: str, told: dict[str, Any], now: datetime) -> None:
    """Tells somebody on the staff that a promise is in danger or broken, or that a customer asks for more.

    `told` are the event's details; without a percent somebody asked. What is not urgent waits for the end of quiet
    hours.
    """
    context = {
        "ticket": ticket,
        "link": settings.SITE_URL + reverse("admin:tickets_ticket_change", args=[ticket.pk]),
        "what": labels(Metric).get(told.get("metric", ""), ""),
        **{name: told.get(name) for name in ("percent", "target", "used", "reason")},
    }
    wait = None if told.get("is_urgent") else to.undisturbed_until(now)
    _send(f"ticket-escalated:{key}:{to.pk}", "escalated", to, ticket, context, not_before=wait)


def rule_fired(*, ticket: Ticket, to: User, key: str, rule: str, now: datetime) -> None:
    """Tells somebody on the staff that a rule applied to a ticket; it waits for the end of their quiet hours."""
    link = settings.SITE_URL + reverse("admin:tickets_ticket_change", args=[ticket.pk])
    context = {"ticket": ticket, "link": link, "rule": rule}
    wait = to.undisturbed_until(now)
    _send(f"ticket-rule:{key}:{to.pk}", "rule_fired", to, ticket, context, not_before=wait)


def _send(
    key: str, name: str, to: User, about: models.Model, context: dict[str, Any], *, not_before: datetime | None = None
) -> None:
    if not to.is_active:
        return
    words = render(f"emails/tickets/{name}", {**context, "to": to}, language=to.language, zone=to.time_zone)
    post(
        Draft(
            key=key,
            to=to.email,
            subject=words.subject,
            text=words.text,
            html=words.html,
            about=about,
            user_id=to.pk,
            not_before=not_before,
            secret=name in _SECRET or bool(context.get("is_guest")),
        )
    )


def _files(message: Message, link: GuestLink | None = None) -> list[tuple[str, str]]:
    """Names and links of what is attached: the bytes stay behind the gate, a guest's as the customer's."""
    found = message.attachments.order_by("pk")
    way = f"{link.get_absolute_url()}files/" if link else reverse("tickets:upload")
    return [(one.name, f"{settings.SITE_URL}{way}{one.public_id}/") for one in found]


def _way_of(ticket: Ticket) -> dict[str, Any]:
    """How the requester gets to the ticket: by log-in, or as a guest by a link, which makes the letter a secret."""
    link = None if has_login(ticket.requester) else ticket.guest_links.newest()
    return {"link": settings.SITE_URL + (link or ticket).get_absolute_url(), "guest_link": link, "is_guest": bool(link)}


def _desk(ticket: Ticket) -> str:
    return settings.SITE_URL + reverse("admin:tickets_ticket_change", args=[ticket.pk])
