from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from anymail.exceptions import AnymailAPIError
from django.conf import LazySettings

from portal.events.models import Event
from portal.lib.embedded import free_port
from portal.lib.refusals import Refused
from portal.outbox.actions import claim_next, mark_failed, mark_sent, post, resend, words_of
from portal.outbox.actions.letters import BACKOFF
from portal.outbox.letters import Draft
from portal.outbox.models import Letter
from portal.outbox.privacy import blank
from portal.outbox.states import LetterState
from portal.outbox.tasks import _send_one, send
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


class Postman:
    """A real SMTP server's handler that keeps what arrives and refuses by the address's first word."""

    def __init__(self) -> None:
        self.arrived: list[Any] = []
        self.sender_is_refused = False

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        envelope.mail_from = address
        return "550 5.7.1 this sender may not" if self.sender_is_refused else "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.arrived.append(message_from_bytes(envelope.content or b""))
        return "250 OK"


@pytest.fixture
def postman(settings: LazySettings) -> Iterator[Postman]:
    handler = Postman()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    yield handler
    controller.stop()


def draft(key: str = "a", to: str = "ada@example.org", **fields: Any) -> Draft:
    return Draft(key=key, to=to, subject="Hello", text="Words", html="<p>Words</p>", **fields)


def test_a_letter_arrives_with_its_own_message_id_and_both_parts(postman: Postman) -> None:
    letter = post(draft())
    send()
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT
    message = postman.arrived[0]
    assert message["Message-ID"] == letter.message_id
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]


def test_the_same_key_is_posted_once(postman: Postman) -> None:
    assert post(draft()) == post(draft())
    send()
    assert len(postman.arrived) == 1


def test_a_refused_recipient_bounces_at_once_and_is_news(postman: Postman) -> None:
    letter = post(draft(to="nobody@example.org"))
    send()
    letter.refresh_from_db()
    assert letter.state == LetterState.BOUNCED
    assert Event.objects.get(name="letter.bounced").about_id == str(letter.pk)


def test_a_busy_server_is_asked_again_later_without_holding_up_the_others(postman: Postman) -> None:
    busy, other = post(draft("a", "busy@example.org")), post(draft("b"))
    send()
    busy.refresh_from_db()
    other.refresh_from_db()
    assert busy.state == LetterState.WAITING
    assert busy.attempts == 1
    assert other.state == LetterState.SENT


def test_without_a_mail_server_the_letter_waits(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    letter = post(draft())
    send()
    letter.refresh_from_db()
    assert letter.state == LetterState.WAITING
    assert "Error" in letter.error


def test_a_claimed_letter_comes_back_when_its_lease_has_run_out(now: datetime, settings: LazySettings) -> None:
    post(draft(), now=now)
    first = claim_next(now=now)
    assert first is not None
    assert claim_next(now=now + timedelta(seconds=1)) is None
    again = claim_next(now=now + settings.LETTER_LEASE)
    assert again is not None
    assert again.message_id == first.message_id


def test_a_secret_letter_is_sealed_at_rest_and_erased_once_sent(postman: Postman, settings: LazySettings) -> None:
    settings.SHOW_SECRET_LETTERS = False
    letter = post(draft(secret=True))
    assert b"Words" not in bytes(letter.sealed or b"")
    assert words_of(letter)["text"] == "Words"
    send()
    letter.refresh_from_db()
    assert letter.sealed is None
    assert "Words" in postman.arrived[0].as_string()
    with pytest.raises(Refused):
        resend(letter=letter, by=UserFactory(is_staff=True))


def test_staff_send_a_letter_again_under_the_same_message_id(postman: Postman) -> None:
    letter = post(draft())
    send()
    resend(letter=Letter.objects.get(), by=UserFactory(is_staff=True))
    send()
    assert [message["Message-ID"] for message in postman.arrived] == [letter.message_id] * 2


class Broken:
    """A transport whose provider fails in a way of its own."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send(self, letter: Letter) -> None:
        raise self.error


def test_a_worker_whose_lease_ran_out_cannot_have_a_sent_letter_sent_again(
    now: datetime, settings: LazySettings
) -> None:
    letter = post(draft(), now=now)
    slow = claim_next(now=now)
    quick = claim_next(now=now + settings.LETTER_LEASE)
    assert slow is not None
    assert quick is not None
    mark_sent(letter=quick, now=now)
    mark_failed(letter=slow, reason="timed out", now=now)
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT


def test_a_worker_whose_lease_ran_out_does_not_end_the_claim_of_another(now: datetime, settings: LazySettings) -> None:
    letter = post(draft(), now=now)
    slow = claim_next(now=now)
    assert slow is not None
    assert claim_next(now=now + settings.LETTER_LEASE) is not None
    mark_failed(letter=slow, reason="timed out", now=now)
    letter.refresh_from_db()
    assert letter.state == LetterState.SENDING


def test_a_late_success_of_a_letter_that_was_given_back_is_kept(now: datetime) -> None:
    letter = post(draft(), now=now)
    claimed = claim_next(now=now)
    assert claimed is not None
    mark_failed(letter=claimed, reason="timed out", now=now)
    mark_sent(letter=claimed, now=now)
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT


def test_a_letter_that_kills_each_worker_is_given_up(now: datetime) -> None:
    letter = post(draft(), now=now)
    Letter.objects.update(attempts=len(BACKOFF) + 1, state=LetterState.SENDING)
    assert claim_next(now=now) is None
    letter.refresh_from_db()
    assert letter.state == LetterState.FAILED


@pytest.mark.parametrize("error", [AnymailAPIError("503 from the provider"), RuntimeError("odd \x00 answer \ud800")])
def test_whatever_a_provider_raises_the_letter_waits_and_others_go_on(error: Exception) -> None:
    letter = post(draft())
    claimed = claim_next()
    assert claimed is not None
    _send_one(Broken(error), claimed)
    letter.refresh_from_db()
    assert letter.state == LetterState.WAITING
    assert type(error).__name__ in letter.error


def test_a_server_that_refuses_our_own_address_makes_no_bounce(postman: Postman) -> None:
    postman.sender_is_refused = True
    letter = post(draft())
    send()
    letter.refresh_from_db()
    assert letter.state == LetterState.WAITING
    assert not Event.objects.filter(name="letter.bounced").exists()


def test_a_secret_is_erased_at_whichever_end_its_letter_comes_to(
    postman: Postman, settings: LazySettings, now: datetime
) -> None:
    settings.SHOW_SECRET_LETTERS = False
    refused = post(draft(key="bounce", to="nobody@there.example", secret=True))
    send()
    given_up, died = (post(draft(key=key, secret=True), now=now) for key in ("fails", "dies"))
    Letter.objects.filter(pk=given_up.pk).update(attempts=len(BACKOFF) + 1, state=LetterState.SENDING)
    given_up.refresh_from_db()
    mark_failed(letter=given_up, reason="no")
    Letter.objects.filter(pk=died.pk).update(attempts=len(BACKOFF) + 1)
    assert claim_next(now=now) is None
    ends = {}
    for letter in (refused, given_up, died):
        letter.refresh_from_db()
        ends[letter.key] = (letter.state, letter.sealed)
    assert ends == {"bounce": ("bounced", None), "fails": ("failed", None), "dies": ("failed", None)}


def test_a_secret_stays_while_its_letter_is_tried_again(settings: LazySettings, now: datetime) -> None:
    settings.SHOW_SECRET_LETTERS = False
    letter = post(draft(secret=True), now=now)
    claimed = claim_next(now=now)
    assert claimed is not None
    mark_failed(letter=claimed, reason="later", now=now)
    letter.refresh_from_db()
    assert words_of(letter)["text"] == "Words"


def test_a_letter_whose_words_are_erased_is_not_sent_again(postman: Postman) -> None:
    letter = post(draft())
    send()
    blank(Letter.objects.all(), 10)
    with pytest.raises(Refused) as refused:
        resend(letter=letter, by=UserFactory(is_staff=True))
    assert refused.value.code == "erased"
    assert len(postman.arrived) == 1
