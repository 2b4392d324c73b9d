from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpcenter.models import Article, Question
from helpcenter.querysets import opened_on
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib import pulse
from portal.lib.refusals import Refused
from portal.lib.tallies import count
from portal.operations.current import troubles
from portal.web.htmx import done, page
from portal.web.templatetags.icons import escaped
from tickets import actions as tickets
from tickets.forms import EscalateForm, ListForm, RateForm, ReplyForm, TicketForm
from tickets.models import Message, SlaPolicy, Survey, Ticket, address
from tickets.querysets import Case, TicketQuerySet, timeline
from tickets.states import PRIORITY_OF_IMPACT, Channel, Impact, Metric, Priority, TicketState, labels, standing

PER_PAGE = 20
MOST_FILINGS_AN_HOUR = 20


@require_safe
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The reader's tickets, newest activity first; `before` continues after the last row of the page before."""
    form, now = ListForm(request.GET), timezone.now()
    found = _narrowed(Ticket.objects.visible_to(request.user), form.chosen, request)
    lines = list(_after(found, form.before).newest_first().lines()[: PER_PAGE + 1])
    shown = lines[:PER_PAGE]
    before = _cursor(shown[-1]) if len(lines) > PER_PAGE else ""
    context = {
        "form": form,
        "lines": _told(shown, request.user.pk, now),
        "older_url": form.address(before=before) if before else "",
        "newest_url": form.address() if form.before else "",
    }
    return page(request, "tickets/ticket_list.html", context, parts=["tickets"])


def _told(lines: list[Any], reader_id: int | None, now: datetime) -> list[dict[str, Any]]:
    """Lines in the words of the page; what is the same for each is looked up, and escaped, once."""
    priorities = escaped(labels(Priority))
    states = escaped({**labels(TicketState), TicketState.WAITING: _("Waiting for you")})
    return [
        {
            "url": SafeString(address(line.public_id)),
            "subject": line.subject,
            "number": SafeString(line.number),
            "priority": SafeString(line.priority),
            "priority_label": priorities[line.priority],
            "requester": "" if line.requester_id == reader_id else line.requester__name or line.requester__email,
            "organization": line.organization__name,
            "last_activity_at": line.last_activity_at,
            "due_at": line.due_at,
            "standing": standing(line.due_at, now),
            "state": SafeString(line.state),
            "state_label": states[line.state],
        }
        for line in lines
    ]


def _narrowed(found: TicketQuerySet, chosen: dict[str, str], request: HttpRequest) -> TicketQuerySet:
    by_state = {"active": found.active, "waiting": found.waiting, "done": found.done, "all": found.all}
    narrowed = by_state[chosen["state"]]()
    return narrowed.requested_by(request.user) if chosen["whose"] == "mine" else narrowed


def _cursor(line: Any) -> str:
    return f"{int(line.last_activity_at.timestamp() * 1_000_000)}-{line.pk}"


def _after(found: TicketQuerySet, cursor: str) -> TicketQuerySet:
    """What follows a cursor; one that was tampered with shows the first page."""
    micros, _dash, pk = cursor.partition("-")
    if not (micros.isdecimal() and pk.isdecimal() and len(micros) < 18 and len(pk) < 18):
        return found
    seconds, rest = divmod(int(micros), 1_000_000)
    return found.before(datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), int(pk))


@require_http_methods(["GET", "HEAD", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    """The form, with the promise that its answers would get; a valid one files and leads to the ticket."""
    user = actor(request)
    if request.method != "POST" or "ask" in request.POST:
        return _form_page(request, TicketForm(user=user, initial=_typed_before(request, user)))
    form = TicketForm(request.POST, user=user)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if _files_too_often(user):
        form.add_error(None, _("That were many tickets within an hour. Please add to one of them, or try again later."))
        return _form_page(request, form, status=422)
    ticket = tickets.file_ticket(filing=form.filing(), by=user)
    messages.success(request, _("Ticket #%(number)s has arrived.") % {"number": ticket.number})
    return redirect(ticket)


def _typed_before(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the form begins with: what the reader did before, and the category whose questions they want to see."""
    if request.method == "POST":
        return request.POST.dict()
    category = request.GET.get("category", "")
    chosen = {"category": category} if category.isdecimal() else {}
    left = _left_article(request, user)
    return {"subject": request.GET.get("subject", "")[:150], **chosen, **left, **_brought_along(request, user)}


def _left_article(request: HttpRequest, user: User) -> dict[str, str]:
    """The reader came from an article (`article`) that did not help: helpcenter.keep_views writes that down, and the
    ticket tells of it."""
    pk = request.GET.get("article", "")
    if request.method != "GET" or not (pk.isascii() and pk.isdigit() and len(pk) < 18):
        return {}
    if not Article.objects.visible_to(user).filter(pk=pk).exists():
        return {}
    count("article-exits", opened_on(timezone.now(), int(pk)))
    return {"shown_articles": pk}


def _brought_along(request: HttpRequest, user: User) -> dict[str, str]:
    """What the reader did in the help center before: the `search` that led here, and what they asked there (`from`),
    so that nobody writes the same twice."""
    name, search = (request.GET.get(one, "")[:22] for one in ("from", "search"))
    asked = list(Question.objects.asked_by(user).conversation_of(name).values_list("text", flat=True)) if name else []
    said = [text for text in asked if text]
    told = {"subject": said[0][:150], "body": "\n\n".join(said), "question": name} if said else {}
    return {"search": search, **told}


def _form_page(request: HttpRequest, form: TicketForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    context = {"form": form, "troubles": troubles(now), **_pledge_of(form, request.POST or request.GET, now)}
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


def _files_too_often(user: User) -> bool:
    """Counts filings of this hour in the cache: soft, and without the cache there is no limit."""
    key = f"tickets-filed:{user.pk}:{timezone.now():%Y%m%d%H}"
    cache.add(key, 0, timeout=2 * 3600)
    return cache.incr(key) > MOST_FILINGS_AN_HOUR


@require_safe
def ticket_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The conversation, its promise with the reason, and what one can do."""
    ticket = _visible_ticket(request, public_id)
    return page(request, "tickets/ticket_detail.html", _detail(request, ticket, ReplyForm()), parts=["ticket"])


@require_POST
def reply(request: HttpRequest, public_id: str) -> HttpResponse:
    """The customer writes. A refusal keeps the text: beside the form, or as a notice over the untouched page."""
    ticket = _ticket_to_change(request, public_id)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return page(request, "tickets/ticket_detail.html", _detail(request, ticket, form), parts=["ticket"], status=422)
    try:
        tickets.reply(ticket=ticket, body=form.cleaned_data["body"], by=actor(request))
    except Refused as refusal:
        if request.htmx:  # type: ignore[attr-defined]  # set by django_htmx
            raise
        form.add_error("body", str(refusal))
        return page(request, "tickets/ticket_detail.html", _detail(request, ticket, form), status=409)
    return _changed(request, ticket)


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


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, public_id: str) -> HttpResponse:
    """The requester rates the solution, logged in or by the letter's link. Only a POST records; `score` preselects."""
    key = request.POST.get("key") or request.GET.get("key", "")
    survey = _survey_to_rate(request, public_id, key)
    if survey is None:
        return redirect_to_login(request.path)
    initial = {"score": request.GET.get("score") or survey.score, "comment": survey.comment}
    form = RateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        tickets.rate(survey=survey, by=survey.ticket.requester, **form.cleaned_data)
        messages.success(request, _("Thank you. We read every rating."))
        return redirect(survey.ticket if request.user.is_authenticated else f"{request.path}?{urlencode({'key': key})}")
    context = {"survey": survey, "ticket": survey.ticket, "form": form, "key": key}
    context["is_open"] = survey.can_be_rated(timezone.now())
    return page(request, "tickets/rate.html", context, status=422 if form.is_bound else 200)


def _survey_to_rate(request: HttpRequest, public_id: str, key: str) -> Survey | None:
    """The gate of ratings: of the last resolution for the requester, else of the letter whose key it is. None: a log-in
    may help."""
    found = Survey.objects.of_ticket(public_id)
    if request.user.is_authenticated:
        own = Ticket.objects.visible_to(request.user).requested_by(request.user)
        return get_object_or_404(found.filter(ticket__in=own)[:1])
    return next((one for one in found if one.is_opened_by(key) and one.ticket.requester.is_active), None)


def _visible_ticket(request: HttpRequest, public_id: str) -> Ticket:
    """The gate of every page about one ticket."""
    return get_object_or_404(Ticket.objects.visible_to(request.user).with_people(), public_id=public_id)


def _ticket_to_change(request: HttpRequest, public_id: str) -> Ticket:
    """The gate of everything that moves a ticket: seeing it is not enough for staff who only read."""
    ticket = _visible_ticket(request, public_id)
    if not Ticket.objects.changeable_by(request.user).filter(pk=ticket.pk).exists():
        raise PermissionDenied
    return ticket


def _changed(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    fresh = Ticket.objects.with_people().get(pk=ticket.pk)
    context = _detail(request, fresh, ReplyForm()) if request.htmx else {}  # type: ignore[attr-defined]  # set by django_htmx
    return done(request, "tickets/ticket_detail.html", context, to=ticket.get_absolute_url(), parts=["ticket"])


def _survivor(request: HttpRequest, ticket: Ticket) -> Ticket | None:
    """Into what it was merged, if the reader may see that."""
    end = Ticket.objects.survivor_of(ticket) if ticket.merged_into_id else None
    return Ticket.objects.visible_to(request.user).filter(pk=end.pk).first() if end else None


def _detail(request: HttpRequest, ticket: Ticket, form: ReplyForm) -> dict[str, Any]:
    now, place = timezone.now(), pulse.place_of(Ticket._meta.label_lower, ticket.pk)
    return {
        "pulse": pulse.Pulse.of(pulse.Listener(place, actor(request).pk, "")),
        "ticket": ticket,
        "form": form,
        "escalate_form": EscalateForm(),
        "conversation": Message.objects.of_page(ticket, request.user).told(),
        "survivor": _survivor(request, ticket),
        "promises": ticket.timers.of_the_page(now),
        "timeline": timeline(ticket, reader=request.user),
        "field_values": ticket.field_values.shown_to(request.user),
        **_rating(request, ticket),
        "may_reopen": ticket.reopens_until is not None and now <= ticket.reopens_until,
    }


def _rating(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    survey = Survey.objects.offered(ticket, request.user, timezone.now())
    form = RateForm(initial={"score": survey.score, "comment": survey.comment}) if survey else None
    return {"survey": survey, "rate_form": form}
