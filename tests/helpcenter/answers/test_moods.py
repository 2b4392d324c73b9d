"""A trained model hears anger that no rule names, rarely where there is none, and is not needed."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from helpcenter.answers import moods
from helpcenter.answers.learning import known_questions
from portal.lib.text.embedding import embedder
from portal.lib.text.sentiment import start_set
from portal.lib.text.training import Examples


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another place for the model, with nothing in it yet."""
    monkeypatch.setattr(moods, "MODEL", tmp_path / "moods.npz")
    moods.shipped_model.cache_clear()
    yield tmp_path / "moods.npz"
    moods.shipped_model.cache_clear()


@pytest.mark.parametrize(
    "text",
    [
        "I am so angry, nothing works since your update",
        "You people keep ignoring me, I have had it",
        "It is infuriating that I still cannot export",
        "Stop wasting my time and fix it",
        "This is the most frustrating thing I have ever used",
    ],
)
def test_anger_is_heard(text: str) -> None:
    assert moods.sounds_angry(text)


@pytest.mark.parametrize(
    "text",
    ["", "   ", "?", "🙂", "My card was declined", "Why is my dashboard read only", "Thank you, solved!", "x" * 5000],
)
def test_a_bad_subject_is_no_bad_mood(text: str) -> None:
    assert not moods.sounds_angry(text)


def test_ordinary_questions_rarely_sound_angry() -> None:
    heard = [one.query for one in known_questions() if moods.sounds_angry(one.query)]
    assert len(heard) <= 0.05 * len(known_questions()), heard


def test_the_shipped_model_was_made_from_the_start_set_and_needs_no_language_model() -> None:
    model = moods.shipped_model()
    assert model is not None
    assert model.about.digest == Examples(*start_set()).digest(), "Run manage.py train_moods and ship the result."
    assert model.about.recipe == ""
    assert model.embedder is None
    assert embedder() is not None
    assert moods.MODEL.stat().st_size < 100_000


def test_without_a_readable_model_nobody_sounds_angry(elsewhere: Path) -> None:
    assert not moods.sounds_angry("I hate this")
    moods.shipped_model.cache_clear()
    elsewhere.write_bytes(b"no model")
    assert not moods.sounds_angry("I hate this")


def test_a_command_makes_the_model(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpcenter.management.commands.train_moods.MODEL", elsewhere)
    call_command("train_moods", stdout=StringIO())
    assert moods.sounds_angry("I hate this, your product is garbage")
