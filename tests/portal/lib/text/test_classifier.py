import io
import subprocess
import sys
import time

import numpy as np
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from portal.lib.text.classifier import Classifier, NotAModel, Outcome, thresholds
from portal.lib.text.embedding import Unusable, embedder
from portal.lib.text.lexicon import Lexicon, Vocabulary, parts, readable, words
from portal.lib.text.storage import pack, unpack
from portal.lib.text.training import Examples, TooLittle, train_classifier
from tests.portal.lib.text.made import WordSum, questions

ODD = [
    "",
    "   ",
    "🙂🙃👩‍👩‍👧",
    "\x00",
    "\ud83d half",
    "word " * 4000,
    "я" * 20_000,
    "zzzz qqqq",
    "a",
    "a b",
    "İstanbul ẞ",
]


@pytest.fixture(scope="module")
def trained() -> Classifier:
    return train_classifier(*questions(), WordSum())


@pytest.fixture(scope="module")
def lexical() -> Classifier:
    return train_classifier(*questions(), None)


def test_a_question_it_never_saw_gets_the_right_label_first(trained: Classifier, lexical: Classifier) -> None:
    for model in (trained, lexical):
        found = model.suggest("Why is the export empty?")
        assert [found[0].label, len(found)] == ["export", 3]
        assert found[0].confidence > 0.5
        assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)


def test_a_model_tells_how_it_came_about(trained: Classifier, lexical: Classifier) -> None:
    texts, labels = questions()
    about = trained.about
    assert (about.examples, about.recipe, lexical.about.recipe) == (108, "word-sum", "")
    assert about.scores["accuracy"] > 0.9
    assert set(about.scores) == {"accuracy", "macro_f1", "macro_recall", "top_3"}
    assert about.digest == Examples(texts[::-1], labels[::-1]).digest()
    assert about.digest != Examples(texts[1:], labels[1:]).digest()


@pytest.mark.parametrize("text", ODD)
def test_no_text_breaks_it(trained: Classifier, lexical: Classifier, text: str) -> None:
    for model in (trained, lexical):
        found = model.suggest(text)
        assert len(found) == (3 if text.strip() else 0)
        assert all(0 <= one.confidence <= 1 for one in found)


@given(st.lists(st.text(max_size=200), max_size=5))
@hypothesis_settings(deadline=None, max_examples=40)
def test_a_stored_model_answers_as_before(trained: Classifier, texts: list[str]) -> None:
    again = Classifier.from_bytes(stored(trained), trained.embedder)
    assert again.suggest_all(texts) == trained.suggest_all(texts)
    assert again.about == trained.about


_bytes: dict[int, bytes] = {}


def stored(model: Classifier) -> bytes:
    return _bytes.setdefault(id(model), model.to_bytes())


def test_the_same_examples_give_the_same_model(trained: Classifier) -> None:
    again = train_classifier(*questions(), WordSum())
    first, second = (unpack("classifier", model.to_bytes()) for model in (trained, again))
    assert first[0] == second[0]
    assert all((first[1][name] == second[1][name]).all() for name in first[1])


def test_a_model_for_other_vectors_is_refused(trained: Classifier) -> None:
    other = WordSum()
    other.recipe = "another"
    with pytest.raises(NotAModel, match="train it anew"):
        Classifier.from_bytes(stored(trained), other)


def test_without_its_vectors_a_model_goes_by_the_words(trained: Classifier) -> None:
    alone = Classifier.from_bytes(stored(trained), None)
    assert alone.suggest("The nightly export is empty")[0].label == "export"

    class Down(WordSum):
        def encode(self, texts: object) -> np.ndarray:
            raise Unusable("The endpoint is down.")

    assert trained.with_embedder(Down()).suggest("my bill is wrong") == alone.suggest("my bill is wrong")


def test_anything_but_a_stored_model_is_refused(trained: Classifier) -> None:
    raw = stored(trained)
    pickled = io.BytesIO()
    np.savez(pickled, head=np.array([{"kind": "classifier"}], dtype=object), allow_pickle=True)
    broken = [b"", b"PK", raw[:-100], raw[: len(raw) // 2], pickled.getvalue(), pack("sentiment", {}, {})]
    head, arrays = unpack("classifier", raw)
    head = {key: value for key, value in head.items() if key not in {"kind", "form"}}
    broken += [pack("classifier", head, {**arrays, "lexical": arrays["lexical"][1:]})]
    broken += [pack("classifier", head, {**arrays, "lexical_bias": arrays["lexical_bias"] * np.nan})]
    broken += [pack("classifier", {**head, "labels": ["one"]}, arrays)]
    broken += [pack("classifier", {**head, "about": {}}, arrays)]
    for one in broken:
        with pytest.raises(NotAModel):
            Classifier.from_bytes(one, None)


@pytest.mark.parametrize("labels", [[], ["billing"] * 4, ["billing", "billing", "billing", "export"]])
def test_too_little_to_learn_from_is_said(labels: list[str]) -> None:
    with pytest.raises(TooLittle, match="two labels with two examples"):
        train_classifier(["some text"] * len(labels), labels, None)


def test_labels_with_one_example_and_texts_without_a_word_do_no_harm() -> None:
    texts, labels = questions()
    model = train_classifier([*texts, "the cat", "", "🙂"], [*labels, "cats", "billing", "export"], WordSum())
    assert model.suggest("the cat")[0].label in model.labels
    empty = train_classifier(["", "", "", ""], ["a", "a", "b", "b"], None)
    assert {one.label for one in empty.suggest("anything")} == {"a", "b"}


@pytest.mark.parametrize("analyzer", ["word", "char_wb"])
def test_the_features_are_those_of_scikit_learn(analyzer: str) -> None:
    size = {"word": (1, 2), "char_wb": (2, 5)}[analyzer]
    texts = [*questions()[0], "Ein 🙂 Ümlaut, e-mail a@b.co — x y1 I a", "tab\tand\nline   blanks", "b"]
    theirs = TfidfVectorizer(analyzer=analyzer, ngram_range=size, sublinear_tf=True)
    table = theirs.fit_transform(texts)
    known = Vocabulary(tuple(theirs.get_feature_names_out()), theirs.idf_.astype(np.float32))
    none = Vocabulary((), np.zeros(0, dtype=np.float32))
    lexicon = Lexicon(known, none) if analyzer == "word" else Lexicon(none, known)
    for number, text in enumerate(texts):
        columns, weights = lexicon.features(text)
        ours = np.zeros(len(known.terms))
        ours[columns] = weights
        assert ours == pytest.approx(table[number].toarray()[0], abs=1e-6)
        found = list(words(readable(text))) if analyzer == "word" else list(parts(readable(text)))
        assert sorted(found) == sorted(theirs.build_analyzer()(text))


def test_scoring_loads_no_scikit_learn(trained: Classifier) -> None:
    code = (
        "import sys; from django.conf import settings; settings.configure(); "
        "from portal.lib.text.classifier import Classifier; from portal.lib.text.sentiment import Sentiment; "
        "model = Classifier.from_bytes(sys.stdin.buffer.read(), None); print(model.suggest('the bill')[0].label); "
        "sys.exit(any(name.split('.')[0] in {'sklearn', 'scipy', 'onnx'} for name in sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], input=stored(trained), capture_output=True, cwd=settings.BASE_DIR
    )
    assert (told.returncode, told.stdout.strip()) == (0, b"billing"), told.stderr.decode()


def test_a_short_text_is_scored_quickly_with_the_real_model() -> None:
    model = train_classifier(*questions(), embedder())
    assert model.about.recipe
    spent = []
    for _ in range(30):
        started = time.process_time()
        model.suggest("How do I get a copy of the invoice of last month?")
        spent.append(time.process_time() - started)
    assert sorted(spent)[15] < 0.015


def outcomes(label: str, kept: str, confidence: float = 0.8) -> list[Outcome]:
    return [Outcome(label, confidence, mark == "+") for mark in kept]


def test_a_label_is_applied_by_itself_only_after_two_hundred_suggestions_with_agreement() -> None:
    assert thresholds(outcomes("billing", "+" * 199)) == {"billing": None}
    assert thresholds(outcomes("billing", "+" * 200)) == {"billing": 0.0}
    assert thresholds(outcomes("billing", "-" * 6 + "+" * 194)) == {"billing": 0.0}
    assert thresholds(outcomes("billing", "-" * 7 + "+" * 193)) == {"billing": None}
    assert thresholds([]) == {}


def test_the_threshold_is_the_smallest_that_holds_and_each_label_has_its_own() -> None:
    found = outcomes("billing", "-+" * 100, 0.6) + outcomes("billing", "+" * 200, 0.805) + outcomes("export", "-" * 300)
    assert thresholds(found) == {"billing": 0.0, "export": None}  # the last two hundred are the sure ones
    assert thresholds(found[200:400] + found[:200]) == {"billing": 0.61}


def test_a_label_whose_agreement_has_fallen_loses_its_threshold() -> None:
    good = outcomes("billing", "+" * 400, 0.9)
    assert thresholds(good) == {"billing": 0.0}
    assert thresholds(good + outcomes("billing", "-" * 7, 0.9)) == {"billing": None}
