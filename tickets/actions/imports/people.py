from typing import Any

import portal.accounts.actions as accounts
from portal.accounts.models import Organization
from tickets.actions.imports import cells
from tickets.actions.imports.run import Run, needed
from tickets.states.imports import ImportKind

_COLLEAGUES = {"agent", "admin", "staff"}


def bring_in_organization(run: Run, row: dict[str, Any]) -> tuple[int, bool]:
    name = needed(cells.text(row, "name"), "it has no name")
    at = cells.moment_of(row, "created_at", now=run.now, default=run.now)
    made = accounts.bring_in_organization(name=name, created_at=at, by=run.by, now=run.now)
    return made.pk, False


def bring_in_person(run: Run, row: dict[str, Any]) -> tuple[int, bool]:
    """Somebody with the address of an account that is there already becomes that account."""
    is_colleague = cells.text(row, "role").lower() in _COLLEAGUES
    email = cells.email(row)
    arrival = accounts.Arrival(
        email=email,
        name=cells.text(row, "name"),
        joined_at=cells.moment_of(row, "created_at", now=run.now, default=run.now),
        time_zone=cells.zone(row),
        organization=organization_of(run, row),
        is_verified=cells.flag(row, "verified", default=False),
        is_colleague=is_colleague,
    )
    user, is_new = accounts.bring_in_person(arrival=arrival, by=run.by, now=run.now)
    if is_new and is_colleague:
        run.remark(f"account {user.pk} was a colleague: it comes closed and without roles")
    return user.pk, is_colleague or user.is_staff


def organization_of(run: Run, row: dict[str, Any]) -> Organization | None:
    """As the row names it; one that did not come over is told of."""
    key = cells.key(row, "organization_id")
    found = run.here(ImportKind.ORGANIZATION, key) if key else None
    if key and found is None:
        run.remark(f"organization {key} did not come over: left empty")
    return Organization.objects.filter(pk=found[0]).first() if found else None
