"""Makes one database as large as asked and tells, as JSON, what is measured in it: a process of its own for each, since
Django knows one database at a time."""

import json
import sys
from dataclasses import asdict, dataclass
from datetime import timedelta


@dataclass
class Spot:
    """A page that must not grow with the table, and what a request for it carries."""

    name: str
    path: str
    cookie: str = ""
    token: str = ""


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.bench import crowd
    from tickets.models import Ticket

    tickets, messages = int(sys.argv[1]), int(sys.argv[2])
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if Ticket.objects.count() != tickets:
        call_command("flush", interactive=False, verbosity=0)
        crowd.load(tickets, messages)
        connection.close()
    json.dump([asdict(one) for one in _spots()], sys.stdout)


def _spots() -> list[Spot]:
    from portal.accounts.actions.tokens import Wanted, create_api_token
    from portal.accounts.models import ApiToken, User
    from tests.bench.rows import NOW
    from tests.bench.sessions import QUEUE, cookie_of
    from tickets.models import Ticket

    customer, agent = (User.objects.get(email=f"{name}0@example.org") for name in ("customer", "agent"))
    lead = User.objects.get_or_create(email="lead@example.org", defaults={"name": "Lead", "is_staff": True})[0]
    lead.groups.set(_group("lead"))
    ApiToken.objects.filter(user=agent).delete()
    token = create_api_token(wanted=Wanted("bench", ["read"]), user=agent)[1]
    theirs, works, reads = cookie_of(customer), cookie_of(agent), cookie_of(lead)
    ticket = Ticket.objects.filter(requester=customer).order_by("pk")[50]
    week = f"?since={(NOW - timedelta(days=6)).date()}&until={NOW.date()}"
    desk = f"{QUEUE}{ticket.pk}/"
    return [
        Spot("agent queue", QUEUE, works),
        Spot("customer list", "/tickets/", theirs),
        Spot("ticket page", f"/tickets/{ticket.public_id}/", theirs),
        Spot("workspace", f"{desk}change/", works),
        Spot("customer panel", f"{desk}customer/", works),
        Spot("timeline", f"{desk}timeline/", works),
        Spot("queue views", f"{QUEUE}views/", works),
        Spot("start page", "/admin/", works),
        Spot("reports, a week", f"{QUEUE}reports/{week}", reads),
        Spot("API list", "/api/v1/tickets", token=token),
        *(Spot(f"search {typed}", f"{QUEUE}?q={typed}", works) for typed in _SEARCHES),
    ]


# Frequent and rare words, fields alone and with words.
_SEARCHES = [
    "invoice", "webhook+refund", "zorek", "status:closed", "assignee:me+status:open", "tier:elite+priority:critical",
    "from:customer77@example.org", "due:missed", "created:%3C30d+invoice", "-invoice",
]  # fmt: skip


def _group(name: str) -> list:
    from django.contrib.auth.models import Group

    return list(Group.objects.filter(name=name))


if __name__ == "__main__":
    main()
