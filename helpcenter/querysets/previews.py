"""Links to what is not published yet: signed, ended by time or by publishing."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.core import signing
from django.urls import reverse

from helpcenter.states import OPEN_REVISIONS, ArticleState

if TYPE_CHECKING:
    from helpcenter.models import Article, Revision

_SALT = "helpcenter.preview"


def preview_address(revision: "Revision") -> str:
    """A path that shows this revision to whoever has it, for PREVIEW_DAYS or until it is published or replaced."""
    token = signing.dumps([revision.article_id, revision.number], salt=_SALT)
    return reverse("helpcenter:preview", args=[revision.article_id, token])


def previewed(pk: int, token: str) -> "Article | None":
    """The article with the revision of the token in place of its live one; None once the link is dead."""
    try:
        article_id, number = signing.loads(token, salt=_SALT, max_age=settings.PREVIEW_DAYS * 86_400)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    revisions = apps.get_model("helpcenter", "Revision").objects.select_related("article__category")
    wanted = revisions.filter(article_id=article_id, number=number, state__in=OPEN_REVISIONS)
    revision = wanted.exclude(article__state=ArticleState.ARCHIVED).first() if article_id == pk else None
    if revision is None:
        return None
    article: Article = revision.article
    article.live, article.title, article.summary = revision, revision.title, revision.summary
    article.updated_at = revision.created_at
    return article
