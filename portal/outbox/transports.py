"""How letters leave: SMTP by default, any provider of django-anymail by environment. And how webhooks are called."""

import json
import smtplib
from datetime import UTC, datetime
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.serializers.json import DjangoJSONEncoder

from portal.lib.fetch import Forbidden, Limits, Request, Unreachable, fetch
from portal.lib.signing import signed_headers
from portal.outbox.actions import words_of
from portal.outbox.models import Letter, Webhook

_CALL_S = 10.0
_CALL_BYTES = 16 * 1024
_GONE = 410


class Undeliverable(Exception):
    """The recipient's server refused this letter for good."""


class TryLater(Exception):
    """The transport could not take the letter now."""


class Refusal(Exception):
    """A webhook was not taken."""

    def __init__(self, reason: str, status: int | None, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.status, self.for_good = status, for_good


class Transport:
    """An open connection for several letters; use it as a context manager."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend = get_connection(fail_silently=False)

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    def send(self, letter: Letter) -> None:
        """Hands one letter over. Raises Undeliverable (5xx for this recipient or these words) or TryLater.

        What a server says of us (greeting, log-in, sender) is no word about the recipient: that waits for a person.
        """
        message = compose(letter)
        message.connection = self._backend
        try:
            self._backend.open()
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            self._refused(code, answer, error)
        except smtplib.SMTPDataError as error:
            self._refused(error.smtp_code, error.smtp_error, error)
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            raise TryLater(f"{type(error).__name__}: {error}") from error

    def _refused(self, code: int, answer: bytes | str, error: Exception) -> None:
        sentence = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        self._close()
        kind = Undeliverable if 500 <= code < 600 and code not in {503, 530, 535} else TryLater
        raise kind(f"{code} {sentence}") from error

    def _close(self) -> None:
        try:
            self._backend.close()
        except (smtplib.SMTPException, OSError):
            self._backend = get_connection(fail_silently=False)


def call(webhook: Webhook) -> int:
    """Calls the endpoint, signed, and answers the status when it took it (2xx; a redirect is a failure).

    Raises Refusal with the status (410 and forbidden addresses: for good) or None when nobody answered properly.
    """
    body = json.dumps(webhook.payload, cls=DjangoJSONEncoder, separators=(",", ":"), ensure_ascii=False).encode()
    now, endpoint = datetime.now(UTC), webhook.endpoint
    signed = signed_headers(
        secret=endpoint.secret, message_id=webhook.public_id, body=body, at=now, older=endpoint.older_secret(now)
    )
    request = Request("POST", body, {"Content-Type": "application/json", **signed})
    limits = Limits(seconds=_CALL_S, most_bytes=_CALL_BYTES, allow_loopback=settings.WEBHOOK_LOOPBACK)
    try:
        answer = fetch(webhook.endpoint.url, request, limits=limits)
    except Forbidden as error:
        raise Refusal(str(error), None, for_good=True) from error
    except Unreachable as error:
        raise Refusal(str(error), None) from error
    if not 200 <= answer.status < 300:
        raise Refusal(f"It answered {answer.status}.", answer.status, for_good=answer.status == _GONE)
    return answer.status


def compose(letter: Letter) -> EmailMultiAlternatives:
    """The message as it leaves; its Message-ID is the letter's, the same on each try."""
    words = words_of(letter)
    headers = {"Message-ID": letter.message_id, "Auto-Submitted": "auto-generated", **letter.headers}
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=words["text"],
        from_email=headers.pop("From", settings.DEFAULT_FROM_EMAIL),
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=headers,
    )
    if words["html"]:
        message.attach_alternative(words["html"], "text/html")
    return message
