import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from helpcenter.actions import Manuscript, create_article, publish_article
from helpcenter.models import (
    Article,
    ArticleHealth,
    ArticleLink,
    Asset,
    AssetFile,
    Calibration,
    Category,
    CommonStem,
    Corpus,
    Follow,
    FormerArticleSlug,
    FormerCategorySlug,
    Gap,
    Passage,
    Posting,
    Promotion,
    Question,
    ReadingDay,
    RelatedArticle,
    Revision,
    SearchDocument,
    SearchEvent,
    Series,
    SeriesEntry,
    Snippet,
    Synonym,
    Vote,
    Word,
)
from helpcenter.states import ArticleState, Audience, GapKind, Outcome, RevisionState, Source
from tests.factories.accounts import UserFactory


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("slug",)

    title = factory.Sequence(lambda n: f"Shelf {n}")
    slug = factory.Sequence(lambda n: f"shelf-{n}")
    audience = Audience.CUSTOMER


class ArticleFactory(DjangoModelFactory):
    """A published article, written by the actions, so that it is rendered and can be found. `state` draft: a draft."""

    class Meta:
        model = Article

    category = factory.SubFactory(CategoryFactory)
    title = factory.Sequence(lambda n: f"Article {n}")
    slug = factory.Sequence(lambda n: f"article-{n}")
    body = "Some words."
    state = ArticleState.PUBLISHED
    now = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class, *args, state, now, **values):
        article = create_article(manuscript=Manuscript(**values), by=None, now=now)
        if state == ArticleState.PUBLISHED:
            article = publish_article(article=article, by=None, now=now)
        return article


class ArticleHealthFactory(ArticleFactory):
    class Meta:
        model = ArticleHealth


class FormerCategorySlugFactory(DjangoModelFactory):
    class Meta:
        model = FormerCategorySlug

    slug = factory.Sequence(lambda n: f"old-shelf-{n}")
    category = factory.SubFactory(CategoryFactory)


class FormerArticleSlugFactory(DjangoModelFactory):
    class Meta:
        model = FormerArticleSlug

    article = factory.SubFactory(ArticleFactory)
    category = factory.SelfAttribute("article.category")
    slug = factory.Sequence(lambda n: f"old-article-{n}")


class VoteFactory(DjangoModelFactory):
    class Meta:
        model = Vote

    article = factory.SubFactory(ArticleFactory)
    version = factory.SelfAttribute("article.version")
    visitor = factory.Sequence(lambda n: f"{n:032x}")
    is_helpful = True
    voted_at = factory.LazyFunction(timezone.now)


def _simple(model: type, **declarations: object) -> type[DjangoModelFactory]:
    """A factory for rows without a story of their own."""
    meta = type("Meta", (), {"model": model})
    return type(f"{model.__name__}Factory", (DjangoModelFactory,), {"Meta": meta, **declarations})


def _article() -> factory.SubFactory:
    return factory.SubFactory(ArticleFactory)


def _moment() -> factory.LazyFunction:
    return factory.LazyFunction(timezone.now)


RevisionFactory = _simple(
    Revision,
    article=_article(),
    number=factory.Sequence(lambda n: n + 100),
    title="A title",
    body="Some words.",
    state=RevisionState.REPLACED,
    created_at=_moment(),
)
SnippetFactory = _simple(Snippet, name=factory.Sequence(lambda n: f"snippet-{n}"), body="Some words.")
ArticleLinkFactory = _simple(
    ArticleLink,
    article=_article(),
    href=factory.Sequence(lambda n: f"/help/gone/{n}/"),
    broken_since=_moment(),
    problem="There is no article at this address.",
)
RelatedArticleFactory = _simple(RelatedArticle, article=_article(), other=_article())
SeriesFactory = _simple(Series, title=factory.Sequence(lambda n: f"Series {n}"))
SeriesEntryFactory = _simple(SeriesEntry, series=factory.SubFactory(SeriesFactory), article=_article())
AssetFactory = _simple(
    Asset,
    article=_article(),
    name=factory.Sequence(lambda n: f"notes-{n}.txt"),
    content_type="text/plain",
    size=5,
    digest="0" * 64,
    added_at=_moment(),
)
AssetFileFactory = _simple(
    AssetFile, asset=factory.SubFactory(AssetFactory), content_type="text/plain", content=b"Words"
)
SearchDocumentFactory = _simple(
    SearchDocument,
    article=factory.SubFactory(ArticleFactory, state=ArticleState.DRAFT),
    title_length=1,
    body_length=1,
    vector="'word':1",
)
PostingFactory = _simple(Posting, article=_article(), term=factory.Sequence(lambda n: f"term{n}"))
CorpusFactory = _simple(Corpus, documents=1, title_length=1.0, body_length=1.0, words_changed_at=_moment())
CommonStemFactory = _simple(CommonStem, stem=factory.Sequence(lambda n: f"stem{n}"), in_all=1, in_title=1, in_body=1)
WordFactory = _simple(Word, word=factory.Sequence(lambda n: f"word{n}"), articles=1)
PassageFactory = _simple(
    Passage,
    article=_article(),
    position=factory.Sequence(lambda n: n + 100),
    title="A title",
    text="Words.",
    digest="0",
)
SynonymFactory = _simple(Synonym, words=["invoice", "bill"])
PromotionFactory = _simple(Promotion, words="invoice", article=_article())
CalibrationFactory = _simple(Calibration, recipe=factory.Sequence(str), parameters={}, made_at=_moment())
SearchEventFactory = _simple(
    SearchEvent, query="invoice", visitor="0" * 32, source=Source.PAGE, results=1, took_ms=5, searched_at=_moment()
)
QuestionFactory = _simple(
    Question,
    conversation=factory.Sequence(lambda n: f"{n:022}"),
    text="How do I pay?",
    visitor="0" * 32,
    outcome=Outcome.UNKNOWN,
    asked_at=_moment(),
)
GapFactory = _simple(
    Gap, kind=GapKind.NOTHING_FOUND, words=factory.Sequence(str), first_at=_moment(), last_at=_moment()
)
ReadingDayFactory = _simple(ReadingDay, article=_article(), day=factory.LazyFunction(lambda: timezone.now().date()))
FollowFactory = _simple(Follow, user=factory.SubFactory(UserFactory), article=_article(), since=_moment())
