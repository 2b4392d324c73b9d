"""The help center at the desk: articles go into answers, and answers become articles."""

from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from helpcenter import search as finder
from helpcenter.models import Article
from helpcenter.querysets import ArticleQuerySet
from portal.accounts.context import actor
from portal.lib.given import row_id
from tickets import actions as tickets
from tickets.admin_views.gate import acts
from tickets.models import Ticket

MOST_FOUND = 5
MOST_INSERTED = 6000  # characters of an article


@dataclass(frozen=True)
class Looked:
    """What was looked for in the help center beside an answer, and the words that go into it."""

    words: str = ""
    hits: list[finder.Hit] = field(default_factory=list)
    inserted: str = ""
    is_asked: bool = False

    @classmethod
    def of(cls, request: HttpRequest, ticket: Ticket) -> "Looked":
        """Only articles that the customer may read are found: their audience counts, not the agent's."""
        readable = Article.objects.visible_to(ticket.requester)
        words, insert = request.POST.get("q", "").strip()[:200], request.POST.get("insert", "")
        if insert:
            return cls(words, inserted=_inserted(readable, insert), is_asked=True)
        if "find" not in request.POST:
            return cls(words)
        asked = finder.Asked.of(words)
        return cls(words, finder.find(asked, among=readable).hits[:MOST_FOUND], is_asked=True)


def _inserted(readable: ArticleQuerySet, insert: str) -> str:
    how, _colon, wanted = insert.partition(":")
    article = readable.whole().filter(pk=row_id(wanted)).first()
    if article is None:
        return ""
    address = settings.SITE_URL + article.get_absolute_url()
    if how == "text" and article.live is not None:
        return f"**{article.title}**\n\n{article.live.text[:MOST_INSERTED].strip()}\n\n{address}"
    return f"{article.title}: {address}"


@acts
def draft_article(request: HttpRequest, ticket: Ticket) -> HttpResponse | None:
    """Leads to the draft in the help center."""
    article = tickets.draft_article(ticket=ticket, by=actor(request))
    return redirect(reverse("admin:helpcenter_article_change", args=[article.pk]))
