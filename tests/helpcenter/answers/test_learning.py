"""How sure an answer may be is learned from our own articles, and measured honestly."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from helpcenter.actions import calibrate
from helpcenter.answers import is_stale
from helpcenter.answers.confidence import CAREFUL, measure_of
from helpcenter.answers.retrieval import Candidate
from helpcenter.models import Article, Calibration, Passage
from helpcenter.tasks import calibrate as calibrate_task
from portal.lib.text.embedding import embedder
from tests.factories.helpcenter import ArticleFactory
from tests.helpcenter.answers.corpus import WORDS, take_up

pytestmark = pytest.mark.django_db


def standing_of(*scores: float) -> float:
    return CAREFUL.standing([Candidate(n, n, score, "x") for n, score in enumerate(scores, start=1)])


def test_before_anything_was_learned_careful_values_hold(fresh: None) -> None:
    assert measure_of("unknown") == CAREFUL
    assert calibrate() is None
    assert not Calibration.objects.exists()


def test_standing_out_counts_more_than_a_high_score() -> None:
    assert standing_of(0.7, 0.3, 0.3, 0.3) > standing_of(0.7, 0.69, 0.68, 0.68)
    assert CAREFUL.confidence(standing_of(0.8, 0.3)) > 0.8
    assert CAREFUL.confidence(standing_of(0.5, 0.48, 0.47, 0.46)) < 0.1


def test_learning_keeps_a_row_per_model_and_is_repeated_when_articles_change(shelf: dict[str, Article]) -> None:
    assert is_stale()
    assert calibrate_task() == 1
    row = Calibration.objects.get()
    model = embedder()
    assert model is not None
    assert row.recipe == model.recipe
    assert set(row.measured) >= {"questions", "articles", "answered", "right", "wrong_when_absent", "auroc"}
    assert measure_of(row.recipe).crowds.keys() == {article.pk for article in shelf.values()}
    assert calibrate_task() == 0
    ArticleFactory(title="Pair a smart watch", body="Hold the crown.")
    take_up()
    assert calibrate_task() == 1
    assert Calibration.objects.count() == 1
    assert len(measure_of(row.recipe).crowds) == len(WORDS) + 1


def test_little_to_learn_from_does_not_make_it_bold(shelf: dict[str, Article]) -> None:
    row = calibrate()
    assert row is not None
    measure = measure_of(row.recipe)
    assert measure.threshold >= measure.middle
    assert measure.threshold > 0.2


def test_vectors_of_another_recipe_teach_nothing(shelf: dict[str, Article]) -> None:
    Passage.objects.update(recipe="another")
    assert calibrate(now=timezone.now()) is None


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
    assert "answerable questions answered" in said.getvalue()
    assert "AUROC" in said.getvalue()
    assert not Article.objects.exists()
    assert not Calibration.objects.exists()
