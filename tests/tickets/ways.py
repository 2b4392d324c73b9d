"""How tests of the API ask for tickets."""

from typing import Any

from django.test import Client

from portal.accounts.models import User
from tests.portal.accounts.bearers import bearer, send
from tickets.models import Ticket

TICKETS = "/api/v1/tickets"


def path_of(ticket: Ticket, *below: str) -> str:
    return "/".join([TICKETS, ticket.public_id, *below])


def ids(client: Client, path: str, user: User) -> list[str]:
    """The ids of a list, as that person sees it."""
    return [one["id"] for one in client.get(path, headers=bearer(user)).json()["items"]]


def changed(client: Client, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
    """A change of the ticket as it stands now."""
    present = Ticket.objects.get(public_id=path.removeprefix(f"{TICKETS}/").split("/")[0])
    return send(client, method, path, {**headers, "If-Match": f'"{present.version}"'}, body)
