"""Organizations, people, tickets and articles of another desk come over."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.lib.clock import moment
from tickets.actions.imports import cells
from tickets.actions.imports.articles import bring_in_article, bring_in_section
from tickets.actions.imports.orders import Delivered, Order
from tickets.actions.imports.people import bring_in_organization, bring_in_person
from tickets.actions.imports.run import Run
from tickets.actions.imports.tickets import bring_in_ticket
from tickets.states.imports import ImportKind

__all__ = ["Delivered", "Order", "import_desk"]


def import_desk(*, order: Order, by: User | None, now: datetime | None = None) -> Delivered:
    """Brings a folder in, batch by batch. Each batch that is through stays, so a second start goes on where the first
    one ended, and the same folder again changes nothing. In a dry run all of it is taken back at the end."""
    run = Run(order, by, moment(now))
    if not order.dry_run:
        _bring_all(run)
        return run.delivered
    with transaction.atomic():
        _bring_all(run)
        transaction.set_rollback(True)
    return run.delivered


def _bring_all(run: Run) -> None:
    run.bring(ImportKind.ORGANIZATION, "organizations", bring_in_organization)
    run.bring(ImportKind.USER, "users", bring_in_person)
    for _file, _line, row in run.rows("comments"):  # in CSV, and in exports that part them from their tickets
        if not isinstance(row, str):
            run.comments.setdefault(cells.text(row, "ticket_id"), []).append(row)
    run.bring(ImportKind.TICKET, "tickets", bring_in_ticket)
    run.comments.clear()
    has_sections = any(True for _row in run.rows("sections"))
    run.bring(ImportKind.SECTION, "sections" if has_sections else "categories", bring_in_section)
    run.bring(ImportKind.ARTICLE, "articles", bring_in_article)
