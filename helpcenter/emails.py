from typing import Any

from django.conf import settings
from django.urls import reverse

from helpcenter.models import Article, Category, Follow, Revision
from portal.accounts.models import User
from portal.outbox.actions import post
from portal.outbox.letters import Draft, render


def published(*, article: Article, follow: Follow) -> None:
    """Tells a follower of a new version; the letter leads to where following ends."""
    thing = follow.article or follow.category
    context = {"article": article, "thing": thing, "link": _page(article), "stop": f"{_page(thing)}#follow"}
    _send(f"article-published:{article.pk}:{article.version}:{follow.user_id}", "published", follow.user, context)


def review_due(*, article: Article, owner: User) -> None:
    """Asks who looks after an article whether it still holds."""
    key = f"article-review-due:{article.pk}:{article.review_due_at:%Y-%m-%dT%H:%M:%S}"
    _send(key, "review_due", owner, {"article": article, "link": _desk(article)})


def returned(*, article: Article, revision: Revision, author: User) -> None:
    """Tells an author that a revision came back, with the reviewer's words."""
    decided = f"{revision.decided_at:%Y-%m-%dT%H:%M:%S}" if revision.decided_at else ""
    context = {"article": article, "revision": revision, "link": _desk(article)}
    _send(f"article-returned:{revision.pk}:{decided}", "returned", author, context)


def _send(key: str, name: str, to: User, context: dict[str, Any]) -> None:
    if not to.is_active:
        return
    words = render(f"emails/helpcenter/{name}", {**context, "to": to}, language=to.language, zone=to.time_zone)
    about = context["article"]
    post(
        Draft(key=key, to=to.email, subject=words.subject, text=words.text, html=words.html, about=about, user_id=to.pk)
    )


def _page(thing: Article | Category | None) -> str:
    return settings.SITE_URL + (thing.get_absolute_url() if thing else "")


def _desk(article: Article) -> str:
    return settings.SITE_URL + reverse("admin:helpcenter_article_change", args=[article.pk])
