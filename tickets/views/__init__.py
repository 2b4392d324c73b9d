from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpcenter.models import Article, Question
from helpcenter.querysets import opened_on
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib import pulse
from portal.lib.given import row_id
from portal.lib.refusals import Refused
from portal.lib.tallies import count
from portal.operations.current import troubles
from portal.web.htmx import done, page
from tickets import actions as tickets
from tickets.forms import EscalateForm, ReplyForm, TicketForm
from tickets.models import Desk, FieldValue, Message, SlaPolicy, Ticket, Timer
from tickets.querysets import Case, ticket_of_page, timeline
from tickets.states import PRIORITY_OF_IMPACT, Channel, Impact, Metric
from tickets.views.files import HandedIn, file, file_by_key, handed_in, upload
from tickets.views.guests import (
    guest_again,
    guest_confirm,
    guest_file,
    guest_first_upload,
    guest_move,
    guest_new,
    guest_reply,
    guest_ticket,
    guest_upload,
)
from tickets.views.lists import ticket_list
from tickets.views.rating import offered_rating, rate

__all__ = [
    "close",
    "escalate",
    "file",
    "file_by_key",
    "guest_again",
    "guest_confirm",
    "guest_file",
    "guest_first_upload",
    "guest_move",
    "guest_new",
    "guest_reply",
    "guest_ticket",
    "guest_upload",
    "new_ticket",
    "rate",
    "reopen",
    "reply",
    "solve",
    "ticket_detail",
    "ticket_list",
    "upload",
]


@require_http_methods(["GET", "HEAD", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    """The form, with the promise that its answers would get; a valid one files and leads to the ticket."""
    user = actor(request)
    files = handed_in(request, user)
    if request.method != "POST" or "ask" in request.POST:
        return _form_page(request, TicketForm(user=user, initial=_typed_before(request, user)), files)
    form = TicketForm(request.POST, user=user)
    if not form.is_valid() or files.problems:
        return _form_page(request, form, files, status=422)
    try:
        ticket = _file(request, form, files)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _form_page(request, form, files, status=422)
    messages.success(request, _("Ticket #%(number)s has arrived.") % {"number": ticket.number})
    return redirect(ticket)


def _file(request: HttpRequest, form: TicketForm, files: HandedIn) -> Ticket:
    user = actor(request)
    tickets.refuse_many_filings(by=user)
    return tickets.file_ticket(filing=replace(form.filing(), files=files.ids, follows=_followed(request)), by=user)


def _followed(request: HttpRequest) -> Ticket | None:
    """The solved or closed ticket that goes on in the new one."""
    return Ticket.objects.to_follow(request.user, (request.POST or request.GET).get("follows", ""))


def _typed_before(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the form begins with: what the reader did before, and the category whose questions they want to see."""
    if request.method == "POST":
        return request.POST.dict()
    category = request.GET.get("category", "")
    chosen = {"category": category} if row_id(category) else {}
    left = _left_article(request, user)
    return {"subject": request.GET.get("subject", "")[:150], **chosen, **left, **_brought_along(request, user)}


def _left_article(request: HttpRequest, user: User) -> dict[str, str]:
    """The reader came from an article (`article`) that did not help: helpcenter.keep_views writes that down, and the
    ticket tells of it."""
    pk = row_id(request.GET.get("article"))
    if request.method != "GET" or not pk or not Article.objects.visible_to(user).filter(pk=pk).exists():
        return {}
    count("article-exits", opened_on(timezone.now(), pk))
    return {"shown_articles": str(pk)}


def _brought_along(request: HttpRequest, user: User) -> dict[str, str]:
    """What the reader did in the help center before: the `search` that led here, and what they asked there (`from`),
    so that nobody writes the same twice."""
    name, search = (request.GET.get(one, "")[:22] for one in ("from", "search"))
    asked = list(Question.objects.asked_by(user).conversation_of(name).values_list("text", flat=True)) if name else []
    said = [text for text in asked if text]
    told = {"subject": said[0][:150], "body": "\n\n".join(said), "question": name} if said else {}
    return {"search": search, **told}


def _form_page(
    request: HttpRequest, form: TicketForm, files: HandedIn | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {"form": form, "troubles": troubles(now), **_pledge_of(form, request.POST or request.GET, now)}
    context |= {"files": files, "desk": SimpleLazyObject(Desk.objects.present), "follows": _followed(request)}
    return page(request, "tickets/ticket_new.html", context, parts=["pledge", "questions"], status=status)


def _pledge_of(form: TicketForm, given: Any, now: datetime) -> dict[str, Any]:
    """The promise that the answers given so far would get if they were sent now."""
    impact = given.get("impact") if given.get("impact") in Impact.values else Impact.HINDERED
    organization = form.chosen_organization(given.get("organization"))
    tier = organization.entitlement if organization else None
    case = Case(
        tier=tier.tier if tier else "",
        priority=PRIORITY_OF_IMPACT[impact],
        channel=Channel.WEB,
        organization=organization.public_id if organization else "",
    )
    bound = SlaPolicy.objects.targets(case, since=now).get(Metric.FIRST_RESPONSE)
    target = bound.target if bound else None
    return {"target": target, "due_at": target.due_at(now) if target else None, "tier": tier}


@require_safe
def ticket_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The conversation, its promise with the reason, and what one can do."""
    ticket = _visible_ticket(request, public_id)
    return page(request, "tickets/ticket_detail.html", _detail(request, ticket, ReplyForm()), parts=["ticket"])


@require_POST
def reply(request: HttpRequest, public_id: str) -> HttpResponse:
    """The customer writes. A refusal keeps the text: beside the form, or as a notice over the untouched page."""
    ticket, user = _ticket_to_change(request, public_id), actor(request)
    form, files = ReplyForm(request.POST), handed_in(request, user)
    if not form.is_valid() or files.problems:
        return _again(request, ticket, form, files, 422)
    try:
        tickets.reply_with_files(ticket=ticket, draft=tickets.Draft(form.cleaned_data["body"], files.ids), by=user)
    except Refused as refusal:
        if request.htmx:  # type: ignore[attr-defined]  # set by django_htmx
            raise
        form.add_error("body", str(refusal))
        return _again(request, ticket, form, files, 409)
    return _changed(request, ticket)


def _again(request: HttpRequest, ticket: Ticket, form: ReplyForm, files: HandedIn, status: int) -> HttpResponse:
    """The page with what was written and handed in so far."""
    context = {**_detail(request, ticket, form), "files": files}
    return page(request, "tickets/ticket_detail.html", context, parts=["ticket"], status=status)


@require_POST
def solve(request: HttpRequest, public_id: str) -> HttpResponse:
    ticket = _ticket_to_change(request, public_id)
    tickets.solve(ticket=ticket, by=actor(request))
    return _changed(request, ticket)


@require_POST
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    ticket = _ticket_to_change(request, public_id)
    tickets.close(ticket=ticket, by=actor(request))
    return _changed(request, ticket)


@require_POST
def escalate(request: HttpRequest, public_id: str) -> HttpResponse:
    """The customer asks for others to look at it; without a reason the form comes back."""
    ticket, form = _ticket_to_change(request, public_id), EscalateForm(request.POST)
    if not form.is_valid():
        context = {**_detail(request, ticket, ReplyForm()), "escalate_form": form}
        return page(request, "tickets/ticket_detail.html", context, parts=["ticket"], status=422)
    tickets.ask_to_escalate(ticket=ticket, by=actor(request), reason=form.cleaned_data["reason"])
    return _changed(request, ticket)


@require_POST
def reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    ticket = _ticket_to_change(request, public_id)
    tickets.reopen(ticket=ticket, by=actor(request))
    return _changed(request, ticket)


def _visible_ticket(request: HttpRequest, public_id: str) -> Ticket:
    """The gate of every page about one ticket."""
    ticket = ticket_of_page(request.user, public_id)
    if ticket is None:
        raise Http404
    return ticket


def _ticket_to_change(request: HttpRequest, public_id: str) -> Ticket:
    """The gate of everything that moves a ticket: seeing it is not enough for staff who only read."""
    ticket = _visible_ticket(request, public_id)
    if not Ticket.objects.changeable_by(request.user).filter(pk=ticket.pk).exists():
        raise PermissionDenied
    return ticket


def _changed(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    context = {}
    if request.htmx:  # type: ignore[attr-defined]  # set by django_htmx
        context = _detail(request, _visible_ticket(request, ticket.public_id), ReplyForm())
    return done(request, "tickets/ticket_detail.html", context, to=ticket.get_absolute_url(), parts=["ticket"])


def _survivor(request: HttpRequest, ticket: Ticket) -> Ticket | None:
    """Into what it was merged, if the reader may see that."""
    end = Ticket.objects.survivor_of(ticket) if ticket.merged_into_id else None
    return Ticket.objects.visible_to(request.user).filter(pk=end.pk).first() if end else None


def _followers(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """The ticket that this one goes on with, and those in which it went on, as far as the reader may see them."""
    if not (ticket.has_sequel or ticket.follows_id):
        return {"follows": None, "went_on": []}
    visible = Ticket.objects.visible_to(request.user)
    went_on = list(visible.filter(follows=ticket).order_by("pk")) if ticket.has_sequel else []
    return {"follows": visible.filter(pk=ticket.follows_id).first() if ticket.follows_id else None, "went_on": went_on}


def _detail(request: HttpRequest, ticket: Ticket, form: ReplyForm) -> dict[str, Any]:
    now, place = timezone.now(), pulse.place_of(Ticket._meta.label_lower, ticket.pk)
    heard = pulse.Pulse.of(pulse.Listener(place, actor(request).pk, ""))
    conversation = Message.objects.conversation(ticket, request.user)
    return {
        "pulse": heard,
        "ticket": ticket,
        "form": form,
        "escalate_form": EscalateForm(),
        "conversation": conversation,
        "survivor": _survivor(request, ticket),
        **_followers(request, ticket),
        "desk": ticket.desk,
        "promises": Timer.objects.of_the_page(ticket, now),
        "timeline": timeline(ticket, reader=request.user, others=[message.author for message in conversation]),
        "field_values": FieldValue.objects.shown_to(request.user, ticket),
        **offered_rating(request, ticket),
        "may_reopen": ticket.may_be_reopened(now),
    }
