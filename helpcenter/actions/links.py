"""Links between articles: kept as rows when an article is shown, judged, and rewritten when what they name moves."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from helpcenter.actions.articles import WORDS, lock, newest_revision, tell, write_revision
from helpcenter.events import ARTICLE_RELINKED
from helpcenter.models import Article, ArticleLink, Category, Revision
from helpcenter.querysets import Place, places_in, problem_of, targets_of
from helpcenter.search import index
from helpcenter.states import ArticleState, RevisionState
from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.hyperlinks import relinked

CHECKED_EVERY = timedelta(days=7)


@transaction.atomic
def keep_links(*, article: Article, now: datetime | None = None) -> None:
    """The links of the live text as rows, those within the portal judged at once. Called whenever a text is shown."""
    at = moment(now)
    known = {one.href: one for one in article.links.all()}
    places = places_in(article.live.html, article) if article.live else []
    targets = targets_of(places)
    for place in places:
        link = known.pop(place.href, None) or ArticleLink(article=article, href=place.href)
        before = (link.pk, link.target_id, link.problem)
        link.is_external, link.target = place.is_external, targets.get(place.path)
        if not place.is_external:
            _judge(link, problem_of(place, link.target, article, at), at)
        if (link.pk, link.target_id, link.problem) != before or link.pk is None:
            link.save()
    ArticleLink.objects.filter(pk__in=[one.pk for one in known.values()]).delete()


def _judge(link: ArticleLink, problem: str, at: datetime) -> None:
    link.checked_at, link.problem = at, problem[:200]
    link.broken_since = (link.broken_since or at) if problem else None


@transaction.atomic
def judge_links_to(*, article: Article, now: datetime | None = None) -> None:
    """Something changed about an article: links to it, and links that led nowhere, are looked at again."""
    lost = Q(target=None, is_external=False, broken_since__isnull=False)
    lost &= Q(href__contains=article.slug) | Q(href__contains=article.permalink)
    linking = ArticleLink.objects.filter(Q(target=article) | lost).values("article_id")
    for one in Article.objects.filter(pk__in=linking).whole().order_by("pk"):
        keep_links(article=one, now=now)


@transaction.atomic
def claim_outside_link(*, now: datetime | None = None, but_hosts: list[str] | None = None) -> ArticleLink | None:
    """A link that leads outside and was not looked at for a week; nobody else gets it. None when there is none."""
    at = moment(now)
    due = Q(checked_at=None) | Q(checked_at__lte=at - CHECKED_EVERY)
    found = ArticleLink.objects.filter(due, is_external=True, article__state=ArticleState.PUBLISHED)
    for host in but_hosts or []:
        found = found.exclude(href__icontains=f"//{host}")
    link = found.select_for_update(skip_locked=True, of=("self",)).order_by("checked_at", "pk").first()
    if link is not None:
        ArticleLink.objects.filter(href=link.href, is_external=True).update(checked_at=at)
    return link


@transaction.atomic
def judge_outside_link(*, link: ArticleLink, problem: str, now: datetime | None = None) -> None:
    """What a visit to an address outside showed; it holds for every article that links there."""
    for one in ArticleLink.objects.select_for_update().filter(href=link.href, is_external=True).order_by("pk"):
        _judge(one, problem, moment(now))
        one.save(update_fields=["checked_at", "problem", "broken_since"])


@transaction.atomic
def freshen_links_to(*, moved: Article | Category, now: datetime | None = None) -> int:
    """After a move: links in other articles, in drafts too, name the present address. Answers how many changed."""
    changed = 0
    for article in _linking_to(moved):
        changed += freshen_links(article=article, now=now)
    return changed


def _linking_to(moved: Article | Category) -> QuerySet[Article]:
    if isinstance(moved, Category):
        who, addresses = Q(links__target__category=moved), [f"/{one.slug}/" for one in moved.former_slugs.all()]
    else:
        slugs = {moved.slug, *moved.former_slugs.values_list("slug", flat=True)}
        who, addresses = Q(links__target=moved) | Q(pk=moved.pk), [f"/{slug}" for slug in slugs]
    drafts = Revision.objects.open()
    written = Q(pk__in=[])
    for address in addresses:
        written |= Q(body__contains=address)
    return Article.objects.filter(who | Q(pk__in=drafts.filter(written).values("article_id"))).distinct().order_by("pk")


@transaction.atomic
def freshen_links(*, article: Article, by: User | None = None, now: datetime | None = None) -> bool:
    """Rewrites links that name former addresses: a new revision of the house, shown where the old one is shown.

    A draft beside the live text stays a draft, of its author and in its state, with its links rewritten as well.
    """
    at, locked = moment(now), lock(article)
    newest, live = newest_revision(locked), locked.live
    draft = newest if newest.is_open else None
    live_body = _fresh_body(locked, live) if live else None
    draft_body = _fresh_body(locked, draft) if draft else None
    if live_body is None and draft_body is None:
        return False
    if live is not None and live_body is not None:
        _show_again(locked, _rewritten(locked, live, live_body, at), at)
    if draft is not None:
        _rewritten(locked, draft, draft.body if draft_body is None else draft_body, at)
    tell(ARTICLE_RELINKED, locked, by, at, number=newest_revision(locked).number)
    return True


def _fresh_body(article: Article, revision: Revision) -> str | None:
    """The Markdown with every former address replaced; None when there is none in it."""
    places = places_in(revision.html, article)
    targets = targets_of(places)
    meant = {one.href: one.target for one in article.links.exclude(target=None).select_related("target__category")}
    new = {}
    for place in places:
        target = (meant.get(place.href) if place.is_relative else None) or targets.get(place.path)
        right = _right_address(place, target)
        if right:
            new[place.href] = right
    body = relinked(revision.body, new)
    return body if body != revision.body else None


def _right_address(place: Place, target: Article | None) -> str:
    """What a link should say instead of what it says; empty when it is right."""
    if target is None or place.address is None:
        return ""
    right = target.markdown_url if place.path.endswith(".md") else target.get_absolute_url()
    if place.path.rstrip("/") == right.rstrip("/"):
        return ""
    return f"{right}#{place.fragment}" if place.fragment else right


def _rewritten(article: Article, revision: Revision, body: str, at: datetime) -> Revision:
    words = {**{name: getattr(revision, name) for name in WORDS}, "body": body}
    note = _("Links to moved articles rewritten") if body != revision.body else revision.note
    written = write_revision(article, words, note=note, by=revision.author if revision.is_open else None, at=at)
    if revision.is_open:
        for name in ("state", "submitted_at", "decided_at", "decided_by", "decision"):
            setattr(written, name, getattr(revision, name))
        written.save(update_fields=["state", "submitted_at", "decided_at", "decided_by", "decision"])
    return written


def _show_again(article: Article, revision: Revision, at: datetime) -> None:
    """The same words with other links: neither a change that readers are told of nor a verification."""
    article.revisions.filter(state=RevisionState.PUBLISHED).update(state=RevisionState.REPLACED)
    revision.state = RevisionState.PUBLISHED
    revision.save(update_fields=["state"])
    article.live, article.version = revision, revision.number
    article.save(update_fields=["live", "version"])
    if article.state == ArticleState.PUBLISHED:
        index(article)
        keep_links(article=article, now=at)
