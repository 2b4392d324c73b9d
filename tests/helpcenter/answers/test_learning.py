"""How sure an answer may be is learned from our own articles, and measured honestly."""

import json
import re
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from helpcenter.actions import calibrate, withdraw_article
from helpcenter.answers import confidence
from helpcenter.answers.confidence import CAREFUL, Signs, measure_of
from helpcenter.answers.learning import MOST_WRONG, _threshold, known_questions
from helpcenter.answers.quality import half_of
from helpcenter.management.commands.search_quality import pages_of
from helpcenter.models import Article, Calibration, Passage
from helpcenter.search.indexing import index
from helpcenter.search.quality import Judged
from helpcenter.tasks import calibrate as calibrate_task
from portal.lib import leaves
from portal.lib.markdown import Surroundings, render
from portal.lib.text.embedding import embedder
from tests.factories.helpcenter import ArticleFactory
from tests.helpcenter.answers.corpus import WORDS, take_up

pytestmark = pytest.mark.django_db


NATURAL = Path(__file__).with_name("natural.tsv")
SHIPPED = Path(settings.BASE_DIR) / "helpcenter" / "content" / "customer"


def standing_of(score: float, behind: float, words: float = 0.5) -> float:
    return CAREFUL.weights.standing(Signs(score, behind, 0.3, words))


def confidence_of(score: float, behind: float) -> float:
    return CAREFUL.confidence(standing_of(score, behind))


@pytest.fixture
def known(fresh: None) -> list[Article]:
    """The shipped articles that known questions are about, as published."""
    made = [
        ArticleFactory(slug=leaf.front["slug"], title=leaf.title, body=leaf.text.replace("{{ product }}", "it"))
        for leaf in leaves.read(SHIPPED)
        if not leaf.is_index
    ]
    take_up()
    return made


def test_before_anything_was_learned_careful_values_hold(fresh: None) -> None:
    assert measure_of("unknown") == CAREFUL
    assert calibrate() is None
    assert not Calibration.objects.exists()


def test_standing_out_counts_more_than_a_high_score() -> None:
    assert standing_of(0.7, 0.3) > standing_of(0.75, 0.69)
    assert confidence_of(0.8, 0.3) > 0.8
    assert confidence_of(0.5, 0.47) < 0.1
    assert standing_of(0.6, 0.3, words=1.0) > standing_of(0.6, 0.3, words=0.0)


def test_articles_that_no_known_question_is_about_teach_nothing(shelf: dict[str, Article]) -> None:
    assert calibrate() is None
    assert calibrate_task() == 0


def test_learning_keeps_a_row_per_model_and_is_repeated_when_articles_change(known: list[Article]) -> None:
    assert calibrate_task() == 1
    row = Calibration.objects.get()
    model = embedder()
    assert model is not None
    assert row.recipe == model.recipe
    assert set(row.measured) >= {"questions", "answered", "right", "wrong", "auroc"}
    measure = measure_of(row.recipe)
    assert measure.threshold < CAREFUL.threshold
    assert measure.weights == CAREFUL.weights
    assert row.measured["wrong"] <= MOST_WRONG
    assert calibrate_task() == 0
    ArticleFactory(title="Pair a smart watch", body="Hold the crown.")
    take_up()
    assert calibrate_task() == 1
    assert Calibration.objects.count() == 1


def test_when_their_articles_go_careful_values_hold_again(known: list[Article]) -> None:
    calibrate()
    for article in known[:-3]:
        withdraw_article(article=article, by=None)
    take_up()
    assert calibrate_task() == 0
    assert not Calibration.objects.exists()


def test_an_older_calibration_is_not_misread(db: None) -> None:
    confidence._kept.clear()
    Calibration.objects.create(recipe="older", parameters={"crowds": {}}, made_at=timezone.now())
    assert measure_of("older") == CAREFUL


def test_vectors_of_another_recipe_teach_nothing(known: list[Article]) -> None:
    Passage.objects.update(recipe="another")
    assert calibrate(now=timezone.now()) is None


def test_words_under_a_picture_are_no_answer(db: None) -> None:
    article = ArticleFactory(title="Results")
    article.live.html = (
        '<h2 id="fall">A fall</h2><p>From high to low.</p>'
        '<figure><img src="x.svg" alt="A line"><figcaption>A drawing</figcaption></figure>'
        '<div class="video"><p class="caption">A clip</p></div><p>It can be deeper.</p>'
    )
    index(article)
    assert list(Passage.objects.values_list("text", flat=True)) == ["From high to low.\nIt can be deeper."]


def test_measured_articles_have_their_pictures(db: None) -> None:
    shown = [page for page in pages_of(SHIPPED) if "](" in page.body and "![" in page.body]
    assert shown
    assert [page.slug for page in shown if render(page.body, Surroundings(files=page.files)).lost] == []


def test_what_finds_nothing_near_was_asked_all_the_same() -> None:
    found, is_right = np.array([4.0, 3.0, 2.0, 1.0], dtype=np.float32), np.array([True, False, True, False])
    assert _threshold(found, is_right, 4) == 3.0
    assert _threshold(found, is_right, 20) == 1.0


def test_what_is_measured_is_not_what_was_learned_from() -> None:
    asked = {line.partition("\t")[0].lower() for line in NATURAL.read_text().splitlines()}
    assert not asked & {one.query.lower() for one in known_questions()}
    halves = [half_of(Judged(f"q{n}", frozenset({f"a{n % 50}"}))) for n in range(100)]
    assert 0 < sum(halves) < 100
    assert halves[:50] == halves[50:]


def test_shipped_articles_answer_natural_questions_that_nothing_was_learned_from(fresh: None, db: None) -> None:
    said = StringIO()
    call_command("answer_quality", articles=SHIPPED, queries=NATURAL, stdout=said)
    figures = {line.rpartition("  ")[0].strip(): line for line in said.getvalue().splitlines()}
    answered = re.search(r"answerable questions answered +([\d.]+)%", said.getvalue())
    wrong = re.search(r"wrong answers among all asked +([\d.]+)%", said.getvalue())
    assert answered and float(answered[1]) >= 65, figures
    assert wrong and float(wrong[1]) <= 5, figures


def test_who_learns_on_each_half_chooses_none() -> None:
    with pytest.raises(CommandError, match="leave --half out"):
        call_command("answer_quality", articles=SHIPPED, queries=NATURAL, learn=True, half=1)


def test_the_measurement_asks_each_question_twice_and_leaves_nothing_behind(fresh: None, tmp_path: Path) -> None:
    rows = [{"slug": f"a{n}", "title": title, "body": body} for n, (title, body) in enumerate(WORDS.items())]
    (tmp_path / "articles.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (tmp_path / "queries.tsv").write_text(
        "How do I get my invoice as a PDF?\ta1\nI want to invite a colleague\ta3\nHow do I set up a webhook?\ta6\n"
    )
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "guide.md").write_text("# Rotate keys\n\nOnce a year.\n\n## Why\n\nKeys leak.\n")
    said = StringIO()
    call_command(
        "answer_quality", articles=tmp_path / "articles.jsonl", queries=tmp_path / "queries.tsv",
        distractors=[tmp_path / "more"], stdout=said,
    )  # fmt: skip
    assert "12 articles, 3 questions, each asked twice" in said.getvalue()
    assert "the shipped threshold holds" in said.getvalue()
    assert "answerable questions answered" in said.getvalue()
    assert "AUROC" in said.getvalue()
    assert not Article.objects.exists()
    assert not Calibration.objects.exists()
