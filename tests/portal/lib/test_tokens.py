import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.tokens import digest, new_secret, public_id, same, seal, unseal


@given(st.text())
def test_what_was_sealed_comes_back_whole(text: str) -> None:
    assert unseal(seal(text)) == text


def test_an_older_key_still_opens_what_it_sealed(settings: LazySettings) -> None:
    settings.SECRET_KEY = "old"
    sealed = seal("words")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["old"]
    assert unseal(sealed) == "words"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="no longer known"):
        unseal(sealed)


def test_identifiers_are_long_and_never_the_same() -> None:
    found = {public_id() for _ in range(1000)}
    assert len(found) == 1000
    assert all(len(one) == 22 for one in found)


def test_secrets_are_compared_by_value() -> None:
    secret = new_secret()
    assert same(digest(secret), digest(secret))
    assert not same(digest(secret), digest(secret + "x"))
