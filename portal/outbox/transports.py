"""How letters leave: SMTP by default, any provider of django-anymail by environment."""

import smtplib
from types import TracebackType

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from portal.outbox.actions import words_of
from portal.outbox.models import Letter


class Undeliverable(Exception):
    """The recipient's server refused this letter for good."""


class TryLater(Exception):
    """The transport could not take the letter now."""


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
