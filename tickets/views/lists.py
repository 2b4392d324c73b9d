from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.accounts.states import MemberRole
from portal.lib.refusals import Refused
from portal.web.htmx import page
from portal.web.templatetags.icons import badge, escaped, promise
from portal.web.templatetags.moments import ago
from tickets.forms import ListForm
from tickets.models import Ticket, address
from tickets.querysets import newest_lines, reads_as_staff
from tickets.states import Priority, TicketState, labels, standing

PER_PAGE = 20


@require_safe
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The reader's tickets; `before` continues after the last row of the page before. What is no filter is 400."""
    form, now = ListForm(request.GET), timezone.now()
    try:
        lines = _lines(form, request.user)
    except Refused as refusal:
        return page(request, "tickets/list_refused.html", {"refusal": refusal}, status=400)
    before = _cursor(lines[PER_PAGE - 1]) if len(lines) > PER_PAGE else ""
    context = {
        "form": form,
        "sees_others": _sees_others(request.user),
        "lines": _told(lines[:PER_PAGE], request.user.pk, now),
        "older_url": form.address(before=before) if before else "",
        "newest_url": form.address() if form.before else "",
    }
    return page(request, "tickets/ticket_list.html", context, parts=["tickets"])


def _sees_others(user: Any) -> bool:
    """Whether the list holds more than the reader's own tickets."""
    return reads_as_staff(user) or MemberRole.OWNER in user.member_roles.values()


def _told(lines: list[Any], reader_id: int | None, now: datetime) -> list[dict[str, Any]]:
    """Lines in the words of the page; what is the same for each is looked up, and escaped, once."""
    priorities = escaped(labels(Priority))
    states = {state: badge(label, state) for state, label in _states().items()}
    due = escaped({"breached": _("Answer is late, was due"), "": _("Answer by")})
    return [
        {
            "url": SafeString(address(line.public_id)),
            "subject": line.subject,
            "number": SafeString(line.number),
            "priority": SafeString(line.priority),
            "priority_label": priorities[line.priority],
            "requester": "" if line.requester_id == reader_id else line.requester__name or line.requester__email,
            "organization": line.organization__name,
            "activity": ago(line.last_activity_at, now),
            "promise": promise(stands, due.get(stands, due[""]), line.due_at) if stands else "",
            "state": states[line.state],
        }
        for line in lines
        for stands in (standing(line.due_at, now),)
    ]


def _states() -> dict[str, str]:
    return {**labels(TicketState), TicketState.WAITING: _("Waiting for you")}


def _lines(form: ListForm, reader: Any) -> list[Any]:
    """The lines of the page and one more, which tells that there is another page."""
    chosen, mine = form.chosen, form.chosen["whose"] == "mine"
    if form.is_as_it_opens:
        return newest_lines(reader, PER_PAGE + 1, state=chosen["state"], mine=mine)
    found = Ticket.objects.visible_to(reader).listed(chosen["state"], mine_of=reader if mine else None)
    if chosen["priority"]:
        found = found.filter(priority=chosen["priority"])
    named = found.naming(form.words, reader=reader).page_by(chosen["sort"], after=form.last_seen)
    return list(named.first_lines(PER_PAGE + 1, reader=reader))


def _cursor(line: Any) -> str:
    return f"{int(line.last_activity_at.timestamp() * 1_000_000)}-{line.pk}"
