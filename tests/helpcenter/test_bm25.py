"""The arithmetic of a ranking, against the formula written out: no shortcut changes what an article is given."""

from math import log
from random import Random

import pytest

from helpcenter.models import Article, CommonStem, Posting, SearchDocument
from helpcenter.search import Asked, learning, lexical
from helpcenter.search.lexical import Field, rank
from tests.factories.helpcenter import ArticleFactory

pytestmark = pytest.mark.django_db
COMMON, RARE = ["alpha", "bravo", "delta"], ["kilo", "lima", "tango"]
TYPED = "alpha bravo kilo tango"


@pytest.fixture
def articles() -> None:
    dice = Random(11)  # the same pages each time, nothing secret
    for number in range(30):
        words = dice.choices(COMMON, k=dice.randint(3, 30)) + dice.choices(RARE, k=dice.randint(0, 2))
        ArticleFactory(title=f"Page {number} {dice.choice([*COMMON, 'x'])}", body=" ".join(words), summary="")


def by_the_formula(typed: str) -> dict[int, float]:
    """BM25 with k1 = 1.5 and b = 0.75, of the title twice and of the body, over every posting there is."""
    k1, b = 1.5, 0.75
    documents = SearchDocument.objects.count()
    parts = {"title": 2.0, "body": 1.0}
    mean = {part: sum(SearchDocument.objects.values_list(f"{part}_length", flat=True)) / documents for part in parts}
    scores: dict[int, float] = {}
    for term in typed.split():
        postings = list(Posting.objects.filter(term=term).values())
        for part, weight in parts.items():
            holding = sum(posting[f"{part}_count"] > 0 for posting in postings)
            rare = log(1 + (documents - holding + 0.5) / (holding + 0.5))
            for posting in postings:
                often, long = posting[f"{part}_count"], posting[f"{part}_length"] / mean[part]
                gained = weight * rare * often * (k1 + 1) / (often + k1 * (1 - b + b * long))
                scores[posting["article_id"]] = scores.get(posting["article_id"], 0.0) + gained
    return scores


@pytest.mark.parametrize("is_learnt", [False, True], ids=["counted when asked", "common words learnt"])
@pytest.mark.parametrize("at_most", [400, 6], ids=["all postings looked at", "only the best of common words"])
def test_a_ranking_gives_each_article_what_the_formula_gives_it(
    articles: None, at_most: int, is_learnt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "AT_MOST", at_most)
    monkeypatch.setattr(lexical, "ENOUGH", 0)  # so that it is not asked a second time for everything
    monkeypatch.setattr(learning, "_COMMON", 8)
    if is_learnt:
        learning.learn_words()
        assert set(COMMON) <= set(CommonStem.objects.values_list("stem", flat=True)) - set(RARE)
    expected = by_the_formula(TYPED)
    far = Article.objects.exclude(pk__in=expected).first() or Article.objects.earliest("pk")
    found = rank(Asked.of(TYPED), Field(Article.objects.all()), also=[far.pk]).found
    assert len(found) == len(expected) if at_most == 400 else 6 <= len(found) < len(expected)
    for one in found:
        assert one.score == pytest.approx(expected.get(one.article, 0.0)), one


def test_what_is_no_longer_common_is_counted_again(articles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "_COMMON", 8)
    learning.learn_words()
    assert CommonStem.objects.get(stem="alpha").in_all == Posting.objects.filter(term="alpha").count()
    Posting.objects.filter(term="alpha", article_id__gt=Article.objects.earliest("pk").pk).delete()
    learning.learn_words()
    assert not CommonStem.objects.filter(stem="alpha").exists()


def test_what_was_learnt_of_a_common_word_is_believed(articles: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "_COMMON", 8)
    learning.learn_words()
    among = Field(Article.objects.all())
    before = rank(Asked.of("alpha"), among).found[0]
    CommonStem.objects.filter(stem="alpha").update(in_body=1, in_title=1)
    after = {one.article: one.score for one in rank(Asked.of("alpha"), among).found}
    assert after[before.article] > before.score
