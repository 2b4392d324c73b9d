"""Random identifiers and secrets, and how secrets are kept."""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

_LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789"


def public_id() -> str:
    """22 URL-safe characters with 128 random bits: what a link may carry instead of a row's number."""
    return secrets.token_urlsafe(16)


def short_id() -> str:
    """12 lower-case letters and digits (62 random bits): an id in the shape that clients of status pages expect."""
    return "".join(secrets.choice(_LETTERS_AND_DIGITS) for _ in range(12))


def new_secret() -> str:
    """43 URL-safe characters with 256 random bits, for tokens and signing keys."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """The SHA-256 of a random secret, as hex: what is stored instead of it.

    Only for secrets of full entropy (`new_secret`), never for passwords.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compares two secrets without telling by its duration where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"kept:{key}".encode()).digest())) for key in keys]
    )


def seal(text: str) -> bytes:
    """Encrypts a text with a key derived from SECRET_KEY."""
    return _fernet().encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> str:
    """The text that was sealed, also under an older key of SECRET_KEY_FALLBACKS. Raises ValueError when none fits."""
    try:
        return _fernet().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise ValueError("This was sealed with a key that is no longer known.") from error


class PublicIdField(models.CharField):
    """A row's public name: random, unguessable, never changed."""

    def __init__(self, **options: object) -> None:
        defaults = {"max_length": 22, "unique": True, "default": public_id, "editable": False}
        super().__init__(**{**defaults, **options})  # type: ignore[arg-type]  # field options pass through untouched
