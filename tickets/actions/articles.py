"""A solution becomes the draft of an article. What it is called and who reads it, its editors decide."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

import helpcenter.actions as helpcenter
from helpcenter.models import Article, Category
from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from tickets.actions import changes
from tickets.events import TICKET_ARTICLE_DRAFTED
from tickets.models import Ticket

MOST_ANSWERS = 5  # the last ones; earlier ones rarely were the solution
_WRITTEN_AS_MARKUP = re.compile(r"{{|}}|{%|%}")


@transaction.atomic
def draft_article(*, ticket: Ticket, by: User, now: datetime | None = None) -> Article:
    """A draft made of the public answers, without the names of the customer; from one ticket there is one.

    Refused for who may not write articles, and while staff have answered nothing.
    """
    if not by.has_perm("helpcenter.add_article"):
        raise Refused(_("You may not write articles."), code="not_a_writer")
    locked, at = changes.lock(ticket=ticket), moment(now)
    drafted = Event.objects.about(locked).named(TICKET_ARTICLE_DRAFTED.name).values_list("details__article", flat=True)
    known = Article.objects.filter(pk__in=list(drafted)).first()
    if known is not None:
        return known
    article = helpcenter.create_article(manuscript=_manuscript(locked), by=by, now=at)
    changes.tell(event=TICKET_ARTICLE_DRAFTED, ticket=locked, by=by, at=at, details={"article": article.pk})
    return article


def _manuscript(ticket: Ticket) -> helpcenter.Manuscript:
    answers = ticket.messages.replies().filter(is_from_staff=True, is_internal=False).in_order()
    said = [_without_names(body, ticket) for body in answers.values_list("body", flat=True)][-MOST_ANSWERS:]
    if not said:
        raise Refused(_("There is no answer yet that could become an article."), code="no_answer")
    category, title = _category(ticket), _without_names(ticket.subject, ticket)[:160]
    slug = slugify(title)[:100] or f"ticket-{ticket.number}"
    taken = Article.objects.filter(category=category, slug=slug).exists()
    return helpcenter.Manuscript(
        category=category,
        title=title,
        slug=f"{slug}-{ticket.number}" if taken else slug,
        body="\n\n".join(["## " + _("What to do"), *said]),
        note=_("From ticket #%(number)s") % {"number": ticket.number},
    )


def _category(ticket: Ticket) -> Category:
    """The shelf with the name of the ticket's category, else the first one."""
    named = Category.objects.filter(slug=ticket.category.slug if ticket.category else "").first()
    found = named or Category.objects.order_by("position", "pk").first()
    if found is None:
        raise Refused(_("Make a category first: every article stands in one."), code="no_category")
    return found


def _without_names(text: str, ticket: Ticket) -> str:
    """Without what names the customer; what articles would take for markup is taken apart."""
    person, organization = ticket.requester, ticket.organization
    names = [person.name, person.email, *person.name.split(), organization.name if organization else ""]
    for name in sorted({one for one in names if len(one) > 2}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return _WRITTEN_AS_MARKUP.sub(lambda found: " ".join(found[0]), text)
