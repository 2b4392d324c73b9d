"""Typed reading of the environment. A missing or wrong variable stops the process with one sentence."""

import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from portal.lib.bounded_waits import bounded


def text(name: str, default: str | None = None) -> str:
    """The variable as it stands, without surrounding blanks."""
    found = os.environ.get(name, "").strip()
    if found:
        return found
    if default is None:
        raise ImproperlyConfigured(f"Set {name}: the portal does not start without it (see the README, Configuration).")
    return default


def flag(name: str, default: bool) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off."""
    found = text(name, "").lower()
    if not found:
        return default
    if found in {"1", "true", "yes", "on"}:
        return True
    if found in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {found!r}: write on or off.")


def integer(name: str, default: int, *, at_least: int = 0) -> int:
    """A whole number, not below `at_least`."""
    found = text(name, str(default))
    try:
        number = int(found)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {found!r}: write a whole number.") from None
    if number < at_least:
        raise ImproperlyConfigured(f"{name} is {number}: write {at_least} or more.")
    return number


def listing(name: str, default: str = "") -> list[str]:
    """Comma-separated words, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, allowed: set[str], default: str) -> str:
    """One of the allowed words."""
    found = text(name, default)
    if found not in allowed:
        raise ImproperlyConfigured(f"{name} is {found!r}: write one of {', '.join(sorted(allowed))}.")
    return found


# When the database vanishes from the network without a word: half a minute, not the system's quarter of an hour.
_GIVEN_UP_AFTER = {
    "connect_timeout": 5,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 30_000,  # milliseconds
}


def database(url: str) -> dict[str, Any]:
    """Django's database settings from a postgresql:// address."""
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:
        parts = {}
    if not url.startswith(("postgres://", "postgresql://")) or not parts.get("dbname"):
        raise ImproperlyConfigured("DATABASE_URL must read postgresql://user:password@host:port/name.")
    known = {"dbname", "user", "password", "host", "port"}
    return {
        "ENGINE": "portal.lib.postgresql",
        "NAME": parts["dbname"],
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "OPTIONS": _GIVEN_UP_AFTER | {key: value for key, value in parts.items() if key not in known},
    }


def pool(most: int) -> dict[str, Any]:
    """Options of a pool of at most so many connections. What waits for a free one, or for an answer, gives up."""
    longest_s = integer("DB_ANSWERS_WITHIN_S", 20, at_least=1)
    return {"min_size": 1, "max_size": most, "timeout": 5, "connection_class": bounded(longest_s)}


def mail(url: str) -> dict[str, Any]:
    """Django's mail settings from smtp://user:password@host:port (smtps for TLS from the start, ?tls=1 for STARTTLS),
    keep:// (letters are only kept, for a demo) or anymail+<backend>:// (the provider's own variables apply)."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "keep":
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    if parts.scheme.startswith("anymail+"):
        provider = parts.scheme.removeprefix("anymail+")
        return {"EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend"}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL must read smtp://user:password@host:port, smtps://… or anymail+provider://."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and options.get("tls", "0") == "1",
        "EMAIL_TIMEOUT": int(options.get("timeout", "20")),
    }


def attachments(folder: Path) -> dict[str, Any]:
    """Django's storage of attached files: FILES_DIR (else that folder), or the private bucket FILES_S3_BUCKET with
    FILES_S3_ENDPOINT, FILES_S3_REGION, FILES_S3_KEY and FILES_S3_SECRET, whose links live for a minute."""
    bucket = text("FILES_S3_BUCKET", "")
    if not bucket:
        place = {"location": text("FILES_DIR", str(folder)), "base_url": None, "file_permissions_mode": 0o600}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": place}
    named = {"endpoint_url": "ENDPOINT", "region_name": "REGION", "access_key": "KEY", "secret_key": "SECRET"}
    options = {option: found for option, name in named.items() if (found := text(f"FILES_S3_{name}", ""))}
    fixed = {"bucket_name": bucket, "default_acl": None, "querystring_auth": True, "querystring_expire": 60}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**fixed, "file_overwrite": True, **options}}


def kept_secret(path: Path) -> str:
    """A random secret made once and kept in a file only its owner can read (local demo and tests only)."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def embedded(path: Path) -> dict[str, Any]:
    """Addresses of the embedded servers and the web server's port as `manage.py up` wrote them down; empty when it
    does not run."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return {}
