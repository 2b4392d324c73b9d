import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from helpcenter.actions import Manuscript, create_article, publish_article
from helpcenter.models import Article, Category, FormerArticleSlug, FormerCategorySlug, Vote
from helpcenter.states import ArticleState, Audience


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
    def _create(cls, model_class, *args, state, now, **values):  # type: ignore[no-untyped-def]
        article = create_article(manuscript=Manuscript(**values), by=None, now=now)
        if state == ArticleState.PUBLISHED:
            article = publish_article(article=article, by=None, now=now)
        return article


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
