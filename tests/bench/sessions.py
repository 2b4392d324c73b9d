"""Who the measurements log in as, and what they look at."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.utils import timezone

from helpcenter.models import Article
from portal.accounts.models import User
from tickets.models import Ticket

QUEUE = "/admin/tickets/ticket/"


def sizes() -> tuple[int, int]:
    """Articles and tickets in the tables, as loaded (what was filed while measuring does not count)."""
    return Article.objects.count(), Ticket.objects.filter(filing_key=None).count()


def customers() -> list[str]:
    """The session cookies of the customers, each with 200 tickets."""
    return [cookie_of(user) for user in User.objects.filter(email__startswith="customer").order_by("pk")]


def agent() -> str:
    """The session cookie of an agent."""
    user, made = User.objects.get_or_create(email="agent@example.org", defaults={"name": "Agent", "is_staff": True})
    if made:
        user.groups.add(Group.objects.get(name="agent-l1"))
    return cookie_of(user)


def some_article() -> str:
    return Article.objects.select_related("category").order_by("pk")[100].get_absolute_url()


def some_ticket() -> str:
    ticket = Ticket.objects.filter(requester__email="customer1@example.org").order_by("pk").first()
    if ticket is None:
        raise LookupError("The customer has no ticket: load the rows first.")
    return f"/tickets/{ticket.public_id}/"


def furnish_status() -> None:
    """Components with history, so the status page is as heavy as a real one; published as it would be."""
    from incidents import demo
    from incidents.models import Component
    from incidents.tasks import publish

    if not Component.objects.exists():
        demo.furnish(now=timezone.now() - timedelta(minutes=5))
    publish()


def cookie_of(user: User) -> str:
    """A session of that person, as the browser would send it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
