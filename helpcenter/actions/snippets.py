from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from helpcenter.actions.refreshing import refresh_article
from helpcenter.events import SNIPPET_REMOVED, SNIPPET_REVISED, SNIPPET_WRITTEN
from helpcenter.models import Article, Snippet
from helpcenter.querysets import using
from helpcenter.states import SnippetKind
from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.markdown.terms import names
from portal.lib.refusals import Refused


@dataclass(frozen=True)
class Phrase:
    """A snippet or term as an editor wants it."""

    name: str
    body: str
    kind: str = SnippetKind.SNIPPET

    @property
    def text(self) -> str:
        return self.body.replace("\r\n", "\n").strip("\n")


@transaction.atomic
def create_snippet(*, phrase: Phrase, by: User | None, now: datetime | None = None) -> Snippet:
    """Makes a snippet or term. Refuses a name that is taken (`snippet_taken`) and one in another (`snippet_nested`)."""
    _check(phrase)
    if Snippet.objects.filter(name=phrase.name).exists():
        raise Refused(_("Another snippet or term has this name."), code="snippet_taken")
    snippet = Snippet.objects.create(name=phrase.name, kind=phrase.kind, body=phrase.text)
    record(SNIPPET_WRITTEN, about=snippet, by=by, now=moment(now))
    return snippet


@transaction.atomic
def update_snippet(*, snippet: Snippet, phrase: Phrase, by: User | None, now: datetime | None = None) -> Snippet:
    """Changes what a snippet says; the articles that use it follow by the event. Its name stays: articles have it."""
    _check(phrase)
    locked = Snippet.objects.select_for_update().get(pk=snippet.pk)
    if phrase.name != locked.name:
        raise Refused(_("A snippet keeps its name, articles use it. Make a new one instead."), code="snippet_renamed")
    if (locked.body, locked.kind) == (phrase.text, phrase.kind):
        return locked
    locked.body, locked.kind = phrase.text, phrase.kind
    locked.save(update_fields=["body", "kind"])
    record(SNIPPET_REVISED, about=locked, by=by, now=moment(now))
    return locked


@transaction.atomic
def remove_snippet(*, snippet: Snippet, by: User | None, now: datetime | None = None) -> None:
    """Removes a snippet that no article uses any more. Refuses one in use (`snippet_used`), naming an article."""
    user = Article.objects.filter(using(snippet.name)).first()
    if user is not None:
        said = _("%(article)s still uses this. Take it out there first.") % {"article": user.title}
        raise Refused(said, code="snippet_used")
    record(SNIPPET_REMOVED, about=snippet, by=by, now=moment(now))
    snippet.delete()


@transaction.atomic
def bring_snippet_to_articles(*, snippet: Snippet, by: User | None, now: datetime | None = None) -> int:
    """Renders and indexes anew all articles that use the snippet, live or being written; answers how many changed."""
    users = Article.objects.filter(using(snippet.name)).distinct().order_by("pk")
    return sum(refresh_article(article=article, by=by, now=now) for article in users)


def _check(phrase: Phrase) -> None:
    if names(phrase.text):
        raise Refused(_("A snippet cannot bring in another one. Write its words here."), code="snippet_nested")
