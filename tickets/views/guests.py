"""Doors for who has no log-in. Each opens one ticket, by a link, and reads it as a customer does: never as the staff
that the same person may be."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.lib.refusals import Refused
from portal.lib.tokens import digest
from portal.lib.visitors import daily_digest, place_of
from portal.operations.current import troubles
from portal.web.htmx import page
from tickets import actions as tickets
from tickets.forms import GuestForm, ReplyForm
from tickets.models import Attachment, Desk, GuestFiling, GuestLink, Message, Ticket, Timer, has_login
from tickets.querysets import timeline
from tickets.views.files import HandedIn, handed_in, handed_in_by_a_stranger, handed_over, taken_in

NOBODY = AnonymousUser()
MOVES: dict[str, Callable[..., Any]] = {"solve": tickets.solve, "reopen": tickets.reopen, "close": tickets.close}
Door = Callable[..., HttpResponseBase]


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guest_new(request: HttpRequest) -> HttpResponseBase:
    """What a visitor writes is held until they prove their address; whatever it is, the answer is the same."""
    if request.user.is_authenticated:
        return redirect("tickets:new")
    form, network = GuestForm(request.POST if request.method == "POST" else None), _network(request)
    files = handed_in_by_a_stranger(request, network) if form.is_bound else HandedIn()
    if form.is_valid() and not files.problems:
        try:
            tickets.hold_filing(form.words(network, files.ids))
            return page(request, "tickets/guest_sent.html", {"email": form.cleaned_data["email"]})
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "files": files, "desk": Desk.objects.present(), "troubles": troubles(timezone.now())}
    return page(request, "tickets/guest_new.html", context, status=422 if form.is_bound else 200)


@login_not_required
@never_cache
@require_POST
def guest_first_upload(request: HttpRequest) -> HttpResponse:
    """One file, sent while a visitor still fills in the form. They get its name there and never the file."""
    return taken_in(handed_in_by_a_stranger(request, _network(request)))


def _network(request: HttpRequest) -> str:
    """Who writes from the same place today, without knowing from where."""
    return daily_digest("guest", place_of(request.META.get("REMOTE_ADDR", "")), on=timezone.now().date())


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guest_confirm(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The letter's link. Following it shows a button, since scanners of mail follow links too; pressing it files."""
    filing = get_object_or_404(GuestFiling.objects.select_related("ticket"), digest=digest(secret))
    is_over = filing.ticket_id is None and filing.expires_at <= timezone.now()
    if request.method != "POST" or is_over:
        context = {"filing": filing, "is_over": is_over, "files": filing.files.order_by("pk")}
        return page(request, "tickets/guest_confirm.html", context, status=410 if is_over else 200)
    ticket = tickets.confirm_filing(filing=filing)
    messages.success(request, _("Thank you. Ticket #%(number)s is filed.") % {"number": ticket.number})
    link = None if has_login(ticket.requester) else GuestLink.objects.of(ticket).usable(timezone.now()).first()
    return redirect(link or ticket)


def opens(door: Door) -> Door:
    """The gate of guests: a live link to the ticket. One that is over offers a new one; a forged one is nothing."""

    @login_not_required
    @never_cache
    @wraps(door)
    def checked(request: HttpRequest, key: str, **named: Any) -> HttpResponseBase:
        link = _link(key)
        if has_login(link.ticket.requester):
            return redirect(link.ticket)
        if not link.is_live(timezone.now()) or not _is_theirs(link):
            return page(request, "tickets/guest_over.html", {"link": link}, status=410)
        response = door(request, link, **named)
        response["X-Robots-Tag"] = "noindex"
        return response

    return checked


def _is_theirs(link: GuestLink) -> bool:
    """Who left the organization no longer sees what was filed for it, by whatever door."""
    return Ticket.objects.visible_to(link.ticket.requester).filter(pk=link.ticket_id).exists()


def _link(key: str) -> GuestLink:
    return get_object_or_404(GuestLink.objects.with_people(), public_id=GuestLink.named_by(key) or "-")


@require_safe
@opens
def guest_ticket(request: HttpRequest, link: GuestLink) -> HttpResponse:
    return _shown(request, link, ReplyForm())


@require_POST
@opens
def guest_reply(request: HttpRequest, link: GuestLink) -> HttpResponseBase:
    guest, form = link.ticket.requester, ReplyForm(request.POST)
    files = handed_in(request, guest)
    if not form.is_valid() or files.problems:
        return _shown(request, link, form, files, 422)
    try:
        tickets.reply_with_files(
            ticket=link.ticket, draft=tickets.Draft(form.cleaned_data["body"], files.ids), by=guest
        )
    except Refused as refusal:
        form.add_error("body", str(refusal))
        return _shown(request, link, form, files, 409)
    return redirect(link)


@require_POST
@opens
def guest_move(request: HttpRequest, link: GuestLink, move: str) -> HttpResponseBase:
    """Solves, reopens or closes, or withdraws the link itself."""
    if move == "withdraw":
        tickets.withdraw_links(ticket=link.ticket)
        return redirect(link)
    if move not in MOVES:
        raise Http404
    MOVES[move](ticket=link.ticket, by=link.ticket.requester)
    return redirect(link)


@require_POST
@opens
def guest_upload(request: HttpRequest, link: GuestLink) -> HttpResponse:
    return taken_in(handed_in(request, link.ticket.requester))


@require_safe
@opens
def guest_file(request: HttpRequest, link: GuestLink, public_id: str) -> HttpResponseBase:
    """A file of a message that the link shows."""
    shown = Message.objects.of_page(link.ticket, NOBODY)
    return handed_over(request, get_object_or_404(Attachment, message__in=shown, public_id=public_id))


@login_not_required
@never_cache
@require_POST
def guest_again(request: HttpRequest, key: str) -> HttpResponse:
    """Who has an old link asks for a new one; it goes to the address of the ticket and nowhere else."""
    link = _link(key)
    if link.ticket.requester.is_active:
        tickets.send_new_link(ticket=link.ticket)
    return page(request, "tickets/guest_sent.html", {"email": ""})


def _shown(
    request: HttpRequest, link: GuestLink, form: ReplyForm, files: HandedIn | None = None, status: int = 200
) -> HttpResponse:
    now, ticket = timezone.now(), link.ticket
    conversation = Message.objects.conversation(ticket, NOBODY)
    way = reverse("tickets:guest_ticket", args=[link.key])
    context = {
        "link": link,
        "ticket": ticket,
        "form": form,
        "files": files,
        "desk": ticket.desk,
        "conversation": conversation,
        "promises": Timer.objects.of_the_page(ticket, now),
        "timeline": timeline(ticket, reader=NOBODY, others=[message.author for message in conversation]),
        "may_reopen": ticket.may_be_reopened(now),
        "way": way,
        "files_url": f"{way}files/",
    }
    return page(request, "tickets/guest_ticket.html", context, status=status)
