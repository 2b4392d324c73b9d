import csv
import io
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from sklearn.metrics import f1_score, roc_auc_score

from portal.lib.text.evaluation import BadFile, read_labeled
from portal.lib.text.figures import auroc, best_threshold, coverage, figures, per_label
from tests.portal.lib.text.made import questions


def written(path: Path, rows: list[tuple[str, str]], head: str = "text,category") -> Path:
    with path.open("w", newline="") as file:
        file.write(f"{head}\r\n")
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Every second question to learn from, the others to be asked, and some that belong to nothing."""
    rows = list(zip(*questions(), strict=True))
    strange = [(f"how {word} is the weather in the mountains", "none") for word in ("cold", "warm", "wet", "fine")]
    train = written(tmp_path / "train.csv", rows[::2])
    test = written(tmp_path / "test.csv", rows[1::2] + strange)
    return ["--train", str(train), "--test", str(test)]


def test_the_command_prints_what_a_classifier_can_do(files: list[str]) -> None:
    told = io.StringIO()
    call_command("evaluate_classifier", *files, "--out-of-scope", "none", "--per-class", "12", stdout=told)
    found = told.getvalue()
    assert found.startswith("trained on 36 texts with 3 labels")
    for name in ("accuracy ", "macro f1 ", "top 3 1.0000", "at confidence 0.9: coverage", "AUROC ", "ms per text"):
        assert name in found
    assert "out-of-scope recall" in found.splitlines()[-2]


def test_texts_that_belong_to_nothing_may_also_stand_in_the_training_file(tmp_path: Path) -> None:
    rows = [*zip(*questions(), strict=True), ("is it raining", "none"), ("will it snow", "none")]
    path = str(written(tmp_path / "all.csv", rows))
    told = io.StringIO()
    call_command("evaluate_classifier", "--train", path, "--test", path, "--out-of-scope", "none", stdout=told)
    assert told.getvalue().startswith("trained on 108 texts with 3 labels")


def test_the_command_prints_what_a_model_of_moods_can_do(tmp_path: Path) -> None:
    said = {"positive": "great thanks", "neutral": "where is it", "negative": '"awful; bad, ""service"""'}
    lines = [f"t{number};{mood};{text}" for number in range(4) for mood, text in said.items()]
    path = tmp_path / "moods.csv"
    path.write_text("\r\n".join(lines))
    told = io.StringIO()
    call_command("evaluate_sentiment", "--train", str(path), "--test", str(path), stdout=told)
    for name in ("macro f1 ", "macro recall ", "negative: precision", "ms per text"):
        assert name in told.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "needs a header"),
        (b"text,category\n", "no labeled text"),
        (b"question,answer\na,b\n", "needs a header"),
        (b"text,category\na,b,c\n", "row 2: 3 columns instead of 2"),
        (b"text,category\na,\n", "row 2: there is no label"),
        (b'text,category\n"a,b\n', "no CSV file"),
        (b"text,category\n\xff\xfe,b\n", "no CSV file in UTF-8"),
    ],
)
def test_a_bad_file_gets_one_clear_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(BadFile, match=said):
        read_labeled(path)
    for command in ("evaluate_classifier", "evaluate_sentiment"):
        with pytest.raises(CommandError, match=said):
            call_command(command, "--train", str(path), "--test", str(path))


def test_a_missing_file_and_too_little_to_learn_from_are_said(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be opened"):
        read_labeled(tmp_path / "missing.csv")
    path = str(written(tmp_path / "one.csv", [("a", "b"), ("c", "b")]))
    with pytest.raises(CommandError, match="two labels"):
        call_command("evaluate_classifier", "--train", path, "--test", path)


def test_the_columns_may_stand_in_any_order_and_have_a_mark_in_front(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("﻿label;id;text\nbilling;1;a, b\n", encoding="utf-8")
    found = read_labeled(path)
    assert (found.texts, found.labels) == (["a, b"], ["billing"])


def test_the_figures_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(3)
    labels = ("a", "b", "c", "d")
    shares = random.dirichlet([1] * 4, 200).astype(np.float32)
    true = [labels[place] for place in random.integers(0, 4, 200)]
    best = [labels[place] for place in shares.argmax(axis=1)]
    found = figures(labels, true, shares)
    assert found["macro_f1"] == pytest.approx(f1_score(true, best, average="macro"))
    assert found["accuracy"] == pytest.approx(np.mean(np.array(true) == np.array(best)))
    assert 0.6 < found["top_3"] < 0.9
    inside, outside = random.integers(3, 9, 50), random.integers(0, 7, 70)
    truth = [1] * 50 + [0] * 70
    assert auroc(inside, outside) == pytest.approx(roc_auc_score(truth, np.concatenate([inside, outside])))


def test_coverage_and_threshold_of_a_plain_case() -> None:
    sure, right = np.array([0.9, 0.8, 0.4, 0.3]), np.array([True, False, True, False])
    assert coverage(sure, right, 0.5) == (0.5, 0.5)
    assert coverage(sure, right, 0.95) == (0.0, 0.0)
    assert best_threshold(sure, np.array([True] * 4), np.array([0.1, 0.2])) == pytest.approx(0.3)
    assert per_label(["a", "a", "b"], ["a", "b", "b"])["a"] == pytest.approx((1.0, 0.5, 2 / 3))
