import pytest

from portal.lib.text.embedding import Embedder, embedder
from portal.lib.text.themes import themes
from tests.portal.lib.text.made import questions


@pytest.mark.parametrize("reader", [embedder, lambda: None])
def test_questions_are_grouped_by_what_they_are_about(reader: object) -> None:
    texts, labels = questions()
    found_by: Embedder | None = reader()
    found = themes(texts, found_by, count=9)
    assert sorted(place for theme in found for place in theme.members) == list(range(len(texts)))
    pure = sum(max([labels[m] for m in theme.members].count(label) for label in set(labels)) for theme in found)
    assert pure / len(texts) > 0.8
    assert all(theme.words for theme in found)
    assert [len(theme.members) for theme in found] == sorted((len(theme.members) for theme in found), reverse=True)


def test_the_same_texts_give_the_same_themes() -> None:
    texts, _ = questions()
    assert themes(texts, embedder()) == themes(texts, embedder())


def test_a_theme_is_named_by_its_own_words_and_never_by_numbers() -> None:
    texts = [
        "invoice 4711 is wrong",
        "wrong invoice 4712",
        "invoice wrong again",
        "printer jam",
        "printer jammed 3 times",
    ]
    found = themes(texts, None, count=2)
    assert "invoice" in found[0].words
    assert "printer" in found[1].words
    assert not [word for theme in found for word in theme.words if any(mark.isdigit() for mark in word)]


@pytest.mark.parametrize("texts", [[], ["", " "], ["one"], ["same"] * 5, ["🙂", "?!"], ["a" * 20_000, "", "b c"]])
def test_few_or_strange_texts_do_no_harm(texts: list[str]) -> None:
    for reader in (None, embedder()):
        found = themes(texts, reader)
        assert sorted(m for theme in found for m in theme.members) == [p for p, t in enumerate(texts) if t.strip()]
