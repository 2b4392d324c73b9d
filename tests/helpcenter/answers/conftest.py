from collections.abc import Iterator

import pytest

from helpcenter.answers import confidence
from helpcenter.search import semantic
from tests.helpcenter.answers.corpus import Article, shelve


@pytest.fixture
def fresh() -> Iterator[None]:
    """No vectors and no measure of an earlier test."""
    semantic.forget()
    confidence._kept.clear()
    yield
    semantic.forget()


@pytest.fixture
def shelf(db: None, fresh: None) -> dict[str, Article]:
    return shelve()
