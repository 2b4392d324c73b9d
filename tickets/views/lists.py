from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.web.htmx import page
from portal.web.templatetags.icons import escaped
from tickets.forms import ListForm
from tickets.models import Ticket, address
from tickets.querysets import TicketQuerySet
from tickets.states import Priority, TicketState, labels, standing

PER_PAGE = 20


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
