"""A file of Markdown becomes an article, or changes the one that it became before."""

from dataclasses import replace

from django.utils.text import slugify

from helpcenter.actions.articles import Manuscript, create_article, newest_revision, update_article
from helpcenter.actions.imports.files import Luggage, packed, unpack
from helpcenter.actions.imports.run import Run
from helpcenter.actions.publishing import Window, archive_article, publish_article
from helpcenter.models import Article, Category
from helpcenter.states import ArticleState, Audience
from portal.lib.file_kinds import PICTURE_ENDINGS
from portal.lib.leaves import Leaf
from portal.lib.markdown import File, Surroundings, census, render
from portal.lib.refusals import Refused


def bring_in(run: Run, leaf: Leaf, place: int) -> None:
    """One leaf; what an action refuses is a problem of this leaf and not of the others."""
    category = run.categories.get(run.shelf_key(leaf))
    audience = run.audience(leaf)
    if category is None or not (run.order.may_write_for(audience) and run.order.may_write_for(category.audience)):
        run.delivered.note("problem", leaf.path, f"you may not write for {audience}")
        return
    luggage = packed(run, leaf)
    for link in luggage.lost:
        is_page = link.partition("#")[0].rstrip("/").endswith(".md") or "." not in link.rsplit("/", 1)[-1]
        run.delivered.note("lost link" if is_page else "lost file", leaf.path, link)
    wordless = _wordless(leaf, luggage)
    if wordless:
        run.delivered.note("problem", leaf.path, f"pictures without words: {', '.join(wordless)}")
        return
    try:
        _bring_in(run, leaf, luggage, _manuscript(run, leaf, luggage, category, place))
    except Refused as refusal:
        run.delivered.note("problem", leaf.path, str(refusal))


def _bring_in(run: Run, leaf: Leaf, luggage: Luggage, manuscript: Manuscript) -> None:
    known = _known(manuscript)
    if known is None:
        article = _new(run, leaf, luggage, manuscript)
    elif known in run.brought_in.values():
        run.delivered.note("problem", leaf.path, f"another file is already {known.get_absolute_url()}")
        return
    elif not run.order.may_write_for(known.read_by):
        run.delivered.note("problem", leaf.path, f"you may not change {known.get_absolute_url()}")
        return
    else:
        article = _changed(run, leaf, luggage, known, manuscript)
    run.brought_in[leaf.path] = article
    html = newest_revision(article).html
    run.delivered.count(leaf.path, census.written(luggage.body), census.rendered(html))


def _new(run: Run, leaf: Leaf, luggage: Luggage, manuscript: Manuscript) -> Article:
    """Published as of when its front matter says, unless that calls it a draft."""
    at = leaf.moment("updated_at") or run.now
    article = create_article(manuscript=manuscript, by=run.by, now=at)
    unpack(run, leaf, luggage, article)
    state = leaf.front.get("state")
    if state != ArticleState.DRAFT and not leaf.front.get("draft"):
        window = Window(leaf.moment("shown_from"), leaf.moment("shown_until"))
        article = publish_article(article=article, by=run.by, window=window, now=at)
    if state == ArticleState.ARCHIVED:
        article = archive_article(article=article, successor=None, by=run.by, now=run.now)
    run.delivered.note("new", leaf.path, article.get_absolute_url())
    return article


def _changed(run: Run, leaf: Leaf, luggage: Luggage, known: Article, read: Manuscript) -> Article:
    """Changed words are shown at once where the article is shown and no approval is asked for."""
    manuscript = replace(read, audience=known.audience, tiers=known.tiers)
    has_new_files = unpack(run, leaf, luggage, known)
    newest = newest_revision(known)
    differs = any(getattr(known, name) != value for name, value in manuscript.place.items())
    is_new = any(getattr(newest, name) != value for name, value in manuscript.words.items())
    article = update_article(article=known, manuscript=manuscript, by=run.by, now=run.now)
    if is_new and article.state == ArticleState.PUBLISHED and not article.category.needs_approval:
        article = publish_article(article=article, by=run.by, now=run.now)
    run.delivered.note("changed" if differs or is_new or has_new_files else "same", leaf.path)
    return article


def _known(manuscript: Manuscript) -> Article | None:
    articles = Article.objects.select_related("category")
    by_path = articles.filter(source_path=manuscript.source_path).first()
    return by_path or articles.filter(category=manuscript.category, slug=manuscript.slug).first()


def _manuscript(run: Run, leaf: Leaf, luggage: Luggage, category: Category, place: int) -> Manuscript:
    audience = run.audience(leaf)
    own = "" if audience == category.audience and "audience" not in leaf.front else audience
    aliases = {slugify(old, allow_unicode=True): str(new) for old, new in leaf.settings("anchors").items()}
    return Manuscript(
        category=category,
        title=leaf.title[:160],
        slug=run.slug(leaf),
        body=luggage.body,
        summary=str(leaf.front.get("summary") or leaf.front.get("description") or "")[:300],
        keywords=leaf.words("keywords"),
        audience=own,
        tiers=leaf.words("tiers") if own == Audience.MEMBERS else (),
        position=leaf.number("position", place),
        source_path=f"{run.folder.name}/{leaf.path}"[:300],
        aliases=aliases,
    )


def _wordless(leaf: Leaf, luggage: Luggage) -> list[str]:
    """Pictures that came along and that neither the text nor the front matter says anything about."""
    from_front = {str(one.get("path", "")).rsplit("/", 1)[-1]: one for one in leaf.front.get("files") or []}
    files = {
        name: File(
            url=f"/{name}",
            content_type="image/any",
            alt=str(from_front.get(path.name, {}).get("alt", "")),
            is_decorative=bool(from_front.get(path.name, {}).get("decorative")),
        )
        for name, path in luggage.files.items()
        if path.suffix.lower() in PICTURE_ENDINGS
    }
    return render(luggage.body, Surroundings(files=files)).wordless if files else []
