import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from django.conf import LazySettings
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from helpcenter import tasks
from helpcenter.actions import Manuscript, publish_article, update_article
from helpcenter.answers import retrieval
from helpcenter.models import Article, Passage
from helpcenter.search import Asked, find, semantic, vectors
from helpcenter.search.vectors import Matrix
from helpcenter.states import Audience
from tests.factories.helpcenter import ArticleFactory, CategoryFactory
from tests.fakes.embedding import FakeEmbedder

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEmbedder]:
    """A process with a model, whose vectors are loaded when a test says so."""
    fake = FakeEmbedder()
    monkeypatch.setattr(semantic, "embedder", lambda: fake)
    monkeypatch.setattr(tasks, "embedder", lambda: fake)
    semantic.forget()
    semantic.hold_still(patience_s=10)
    yield fake
    semantic.forget()


def embed_all() -> int:
    made = tasks.embed_passages()
    semantic.load()
    semantic.hold_still(patience_s=10)
    return made


def titles(typed: str, **options: object) -> list[str]:
    among = Article.objects.visible_to(AnonymousUser())
    return [hit.title for hit in find(Asked.of(typed), among=among, **options).hits]


def test_what_is_meant_is_found_without_a_common_word(model: FakeEmbedder) -> None:
    ArticleFactory(title="Automobile", body="## Vehicle\n\nvehicle")
    ArticleFactory(title="Flowers", body="Roses and tulips.")
    assert titles("car") == []
    assert embed_all() == 2
    assert titles("car") == ["Automobile"]
    assert titles("car", is_hybrid=False) == []
    [hit] = find(Asked.of("car"), among=Article.objects.all()).hits
    assert hit.url.endswith("#vehicle")


def test_without_a_model_without_vectors_or_when_it_fails_the_words_answer(
    model: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ArticleFactory(title="Automobile", body="vehicle")
    assert titles("automobile") == ["Automobile"]
    embed_all()
    model.is_down = True
    assert titles("automobile") == ["Automobile"]
    monkeypatch.setattr(semantic, "embedder", lambda: None)
    assert titles("automobile") == ["Automobile"]
    semantic.load()
    assert titles("automobile") == ["Automobile"]


def test_a_model_that_is_too_slow_is_not_waited_for(model: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    ArticleFactory(title="Automobile", body="vehicle")
    embed_all()
    goes_on = threading.Event()
    monkeypatch.setattr(model, "encode", lambda texts: goes_on.wait(5) and FakeEmbedder().encode(texts))
    semantic.hold_still(patience_s=0.01)
    assert titles("automobile") == ["Automobile"]
    goes_on.set()


def test_who_asks_waits_longer_for_the_model_than_who_searches(
    model: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ArticleFactory(title="Automobile", body="vehicle")
    embed_all()
    semantic.hold_still(patience_s=semantic.DEADLINE_S)
    monkeypatch.setattr(retrieval, "embedder", lambda: model)
    monkeypatch.setattr(model, "encode", lambda texts: time.sleep(0.25) or FakeEmbedder().encode(texts))
    assert [one.recipe for one in retrieval.retrieve("car", among=Article.objects.all())] == [model.recipe]
    assert titles("a small car") == []


def test_vectors_of_another_recipe_do_not_count_and_are_made_anew(model: FakeEmbedder) -> None:
    ArticleFactory(title="Automobile", body="vehicle")
    embed_all()
    model.recipe = "fake-2"
    assert titles("car") == []
    semantic.load()
    assert titles("car") == []
    assert embed_all() == 1
    assert set(Passage.objects.values_list("recipe", flat=True)) == {"fake-2"}
    assert titles("car") == ["Automobile"]


def test_what_is_hidden_is_not_found_by_its_meaning_and_hides_nothing(model: FakeEmbedder) -> None:
    runbooks = CategoryFactory(audience=Audience.ENGINEERING)
    for number in range(120):
        ArticleFactory(category=runbooks, title=f"Vehicle {number}", body="vehicle")
    ArticleFactory(title="Automobile sales", body="We sell some.")
    embed_all()
    assert titles("car") == ["Automobile sales"]


def test_an_article_that_changes_keeps_the_vectors_of_what_stayed(model: FakeEmbedder) -> None:
    article = ArticleFactory(title="Cars", body="## One\n\nvehicle\n\n## Two\n\nroses")
    assert embed_all() == 2
    words = Manuscript(
        category=article.category, title="Cars", slug=article.slug, body="## One\n\nvehicle\n\n## Two\n\npassword"
    )
    update_article(article=article, manuscript=words, by=None)
    publish_article(article=article, by=None)
    assert Passage.objects.filter(vector=None).count() == 1
    assert embed_all() == 1
    assert titles("signin") == ["Cars"]


def test_sections_that_change_places_are_found_at_once(model: FakeEmbedder) -> None:
    one, two, twice = "## One\n\nvehicle\n\n", "## Two\n\nroses\n\n", "## Again\n\ntulips\n\n## Again\n\ntulips\n\n"
    article = ArticleFactory(title="Cars", body=one + two + twice)
    embed_all()
    known = set(Passage.objects.values_list("pk", flat=True))
    words = Manuscript(
        category=article.category, title="Cars", slug=article.slug, body=f"{twice}## New\n\nx\n\n{two}{one}"
    )
    update_article(article=article, manuscript=words, by=None)
    publish_article(article=article, by=None)
    placed = list(Passage.objects.order_by("position").values_list("title", "position", "anchor"))
    assert placed == [
        ("Cars › Again", 0, "again"),
        ("Cars › Again", 1, "again-2"),
        ("Cars › New", 2, "new"),
        ("Cars › Two", 3, "two"),
        ("Cars › One", 4, "one"),
    ]
    assert known < set(Passage.objects.values_list("pk", flat=True))
    [hit] = find(Asked.of("car"), among=Article.objects.all()).hits
    assert hit.url.endswith("#one")


def test_a_worker_leaves_alone_what_was_cut_anew_meanwhile(
    model: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ArticleFactory(title="Cars", body="vehicle")
    encode = model.encode

    def cut_meanwhile(texts: list[str]) -> object:
        Passage.objects.update(digest="another")
        monkeypatch.setattr(model, "encode", encode)
        return encode(texts)

    monkeypatch.setattr(model, "encode", cut_meanwhile)
    assert tasks.embed_passages() == 0
    assert Passage.objects.filter(vector=None).count() == 1


def test_the_scan_finds_what_comparing_each_row_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "_AT_ONCE", 7)
    dice = np.random.default_rng(3)
    rows = dice.normal(size=(50, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    scales = np.abs(rows).max(axis=1) / 127
    articles = np.sort(dice.integers(1, 12, size=50))
    ids = np.arange(100, 150)
    matrix = Matrix("x", (), ids, articles, np.round(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32))
    scan, exact = matrix.scan(rows[9]), rows @ rows[9]
    assert scan.nearest(1) == [articles[9]]
    for article in set(articles.tolist()):
        mine = np.flatnonzero(articles == article)
        assert abs(scan.cosine(article) - max(exact[mine].max(), 0)) < 0.02
    assert scan.passage(int(articles[9])) == 109
    assert scan.cosine(9999) == 0.0


def test_missing_model_files_leave_the_page_standing(client: Client, settings: LazySettings, tmp_path: object) -> None:
    settings.MODELS_DIR, settings.EMBEDDING_MODEL = tmp_path, ""
    ArticleFactory(title="Automobile", body="vehicle")
    semantic.forget()
    semantic.load()
    assert "Automobile" in client.get("/help/search/?q=automobile").text
    assert tasks.embed_passages() == 0
    semantic.forget()
