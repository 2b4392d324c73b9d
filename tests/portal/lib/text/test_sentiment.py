import numpy as np
import pytest

from portal.lib.text.embedding import embedder
from portal.lib.text.sentiment import MOODS, Sentiment, start_set
from portal.lib.text.storage import NotAModel
from portal.lib.text.training import train_sentiment
from tests.portal.lib.text.made import WordSum


@pytest.fixture(scope="module")
def first_model() -> Sentiment:
    """What a portal has on its first day."""
    return train_sentiment(*start_set(), embedder())


def test_the_start_set_is_varied_and_holds_each_text_once() -> None:
    texts, moods = start_set()
    assert 150 <= len(texts) <= 250
    assert len(set(texts)) == len(texts)
    assert {mood: moods.count(mood) >= 50 for mood in MOODS} == dict.fromkeys(MOODS, True)


def test_on_its_first_day_a_portal_tells_moods_apart(first_model: Sentiment) -> None:
    assert first_model.about.scores["macro_f1"] > 0.75
    assert first_model.feel("Thank you, this was wonderful help!").label == "positive"
    assert first_model.feel("I am furious. Your service is awful and nobody cares.").label == "negative"
    assert first_model.feel("Where can I find the invoice of March?").label == "neutral"


def test_a_text_about_something_bad_is_not_in_a_bad_mood(first_model: Sentiment) -> None:
    asked = [
        "My card was declined when I tried to pay. Which cards do you take?",
        "My laptop was stolen. How do I sign it out?",
        "The backup failed with error 12. Where is its log?",
    ]
    assert [mood.label for mood in first_model.feel_all(asked)] == ["neutral"] * 3


def test_the_score_sorts_from_angry_to_happy(first_model: Sentiment) -> None:
    ordered = ["This is awful, I am angry.", "How do I add a user?", "Great work, thank you!"]
    scores = [mood.score for mood in first_model.feel_all(ordered)]
    assert scores == sorted(scores)
    assert all(-1 <= score <= 1 for score in scores)


@pytest.mark.parametrize("text", ["", "   ", "🙂", "\ud83d", "!" * 20_000, "word " * 4000, "zzzz", "\x00"])
def test_no_text_breaks_it(first_model: Sentiment, text: str) -> None:
    mood = first_model.feel(text)
    assert mood.label in MOODS
    assert 0 <= mood.confidence <= 1
    assert np.isfinite(mood.score)
    assert text.strip() or mood.label == "neutral"


def test_a_stored_model_answers_as_before_and_only_as_what_it_is(first_model: Sentiment) -> None:
    texts = start_set()[0][::10]
    raw = first_model.to_bytes()
    assert Sentiment.from_bytes(raw, first_model.embedder).feel_all(texts) == first_model.feel_all(texts)
    with pytest.raises(NotAModel):
        Sentiment.from_bytes(raw, WordSum())
    with pytest.raises(NotAModel):
        Sentiment.from_bytes(raw[:-50], None)


def test_it_works_without_vectors_from_the_start_or_later(first_model: Sentiment) -> None:
    never = train_sentiment(*start_set(), None)
    later = Sentiment.from_bytes(first_model.to_bytes(), None)
    for model in (never, later, Sentiment.from_bytes(never.to_bytes(), embedder())):
        assert model.feel("Thank you so much, wonderful!").label == "positive"
