"""A folder of Markdown becomes categories and articles."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from helpcenter.actions.imports.anchors import mend_anchors
from helpcenter.actions.imports.articles import bring_in
from helpcenter.actions.imports.orders import Delivered, Order
from helpcenter.actions.imports.run import Run
from helpcenter.actions.imports.settling import bring_in_snippet, settle
from helpcenter.states import Audience
from portal.accounts.models import User
from portal.lib import leaves
from portal.lib.clock import moment

__all__ = ["SNIPPETS", "Delivered", "Order", "import_folder"]

SNIPPETS = "_snippets"  # the folder of texts that articles bring in


@transaction.atomic
def import_folder(*, order: Order, by: User | None, now: datetime | None = None) -> Delivered:
    """Brings a folder of Markdown in, with the files that it names. The same folder again changes only what changed in
    it; nothing is removed.

    Who may read an article and whether it is published is decided when it first comes in, never by a later import.
    """
    order = replace(order, folder=leaves.unwrapped(order.folder, but=Audience.values))
    run = Run(order, by, moment(now))
    _read(run)
    for leaf in sorted(run.leaves.values(), key=lambda leaf: not leaf.is_index):  # what describes a folder comes first
        run.shelve(leaf)
    for place, leaf in enumerate(run.leaves.values(), start=1):
        if not leaf.is_index or leaf.text.strip():
            bring_in(run, leaf, place)
    for path, article in run.brought_in.items():
        settle(run, run.leaves[path], article)
    mend_anchors(run)
    if order.dry_run:
        transaction.set_rollback(True)
    return run.delivered


def _read(run: Run) -> None:
    for leaf in leaves.read(run.order.folder):
        if leaf.problem:
            run.delivered.note("problem", leaf.path, leaf.problem)
        elif leaf.parts[:1] == (SNIPPETS,):
            bring_in_snippet(run, leaf)
        else:
            run.leaves[leaf.path] = leaf
