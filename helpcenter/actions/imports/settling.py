"""What a file says about its article beyond words and place, once all articles of the folder are there."""

from typing import Any

from django.utils.text import slugify

from helpcenter.actions.imports.run import Run
from helpcenter.actions.snippets import Phrase, create_snippet, update_snippet
from helpcenter.models import Article, Category, FormerArticleSlug, RelatedArticle, Series, SeriesEntry, Snippet
from helpcenter.states import SnippetKind
from portal.accounts.models import User
from portal.lib.leaves import Leaf
from portal.lib.refusals import Refused


def bring_in_snippet(run: Run, leaf: Leaf) -> None:
    """A file of the folder `_snippets`: {{ its name }} in the articles."""
    kind = str(leaf.front.get("kind", SnippetKind.SNIPPET))
    phrase = Phrase(slugify(leaf.stem)[:60], leaf.body, kind if kind in SnippetKind.values else SnippetKind.SNIPPET)
    known = Snippet.objects.filter(name=phrase.name).first()
    try:
        if known is None:
            create_snippet(phrase=phrase, by=run.by, now=run.now)
            run.delivered.note("snippet", phrase.name)
        else:
            update_snippet(snippet=known, phrase=phrase, by=run.by, now=run.now)
    except Refused as refusal:
        run.delivered.note("problem", leaf.path, str(refusal))


def settle(run: Run, leaf: Leaf, article: Article) -> None:
    """Owner, review, series, related articles, former addresses and the successor, as far as the file names them."""
    changed: dict[str, Any] = {}
    if leaf.front.get("review_every_days"):
        changed["review_every_days"] = leaf.number("review_every_days", 0) or None
    owner = User.objects.filter(email__iexact=str(leaf.front["owner"])).first() if leaf.front.get("owner") else None
    if owner is not None:
        changed["owner"] = owner
    successor = _article_at(leaf.front.get("successor"))
    if successor is not None and successor != article and article.archived_at:
        changed["successor"] = successor
    if any(getattr(article, name) != value for name, value in changed.items()):
        Article.objects.filter(pk=article.pk).update(**changed)
    _relate(run, leaf, article)
    _put_in_series(leaf.settings("series"), article)
    for address in leaf.words("former"):
        _remember(address, article)


def _relate(run: Run, leaf: Leaf, article: Article) -> None:
    if "related" not in leaf.front:
        return
    others = []
    for address in leaf.words("related"):
        other = _article_at(address)
        if other is None:
            run.delivered.note("lost link", leaf.path, f"related: {address}")
        elif other != article:
            others.append(other)
    RelatedArticle.objects.filter(article=article).exclude(other__in=others).delete()
    for position, other in enumerate(others, start=1):
        defaults = {"position": position}
        RelatedArticle.objects.update_or_create(article=article, other=other, defaults=defaults)


def _put_in_series(said: dict[str, Any], article: Article) -> None:
    title = str(said.get("title", ""))[:120]
    if not title:
        return
    series, _is_new = Series.objects.get_or_create(title=title)
    place = said.get("position")
    defaults = {"series": series, "position": place if isinstance(place, int) and place >= 0 else 0}
    SeriesEntry.objects.update_or_create(article=article, defaults=defaults)


def _remember(address: str, article: Article) -> None:
    """An address where the article stood once: category/slug."""
    shelf, _mark, slug = address.strip("/").partition("/")
    category = Category.objects.filter(slug=shelf).first() or Category.objects.filter(former_slugs__slug=shelf).first()
    if category is None or not slug or Article.objects.filter(category=category, slug=slug).exists():
        return
    FormerArticleSlug.objects.get_or_create(category=category, slug=slugify(slug)[:120], defaults={"article": article})


def _article_at(address: object) -> Article | None:
    """By category/slug."""
    shelf, _mark, slug = str(address or "").strip("/").partition("/")
    return Article.objects.filter(category__slug=shelf, slug=slug).first() if slug else None
