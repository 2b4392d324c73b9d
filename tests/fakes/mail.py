"""A real SMTP server on loopback that keeps what arrives."""

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.lib.embedded import free_port


class MailServer:
    """Use as a context manager. `arrived` are the messages, oldest first; `url` goes into EMAIL_URL.

    It refuses recipients by the first word of their address: nobody… for good, busy… for now.
    """

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def port(self) -> int:
        return self._controller.port

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._controller.stop()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.arrived.append(message_from_bytes(envelope.content or b"", policy=policy.default))
        return "250 OK"

    def letters_to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.arrived if address in (letter["To"] or "")]

    def wait_for(self, address: str, *, subject: str = "", within_s: float = 60) -> EmailMessage:
        """The newest letter to that address whose subject contains those words, once it has come."""
        given_up_at = time.monotonic() + within_s
        while time.monotonic() < given_up_at:
            found = [letter for letter in self.letters_to(address) if subject.lower() in str(letter["Subject"]).lower()]
            if found:
                return found[-1]
            time.sleep(0.1)
        subjects = [f"{letter['To']}: {letter['Subject']}" for letter in self.arrived]
        raise AssertionError(f"No letter {subject!r} to {address} within {within_s} s; these came: {subjects}")


def text_of(letter: EmailMessage) -> str:
    """The plain part of a letter."""
    part = letter.get_body(preferencelist=("plain",))
    assert part is not None
    return part.get_content()


def links_in(letter: EmailMessage) -> list[str]:
    """The addresses in the plain part, in their order."""
    return re.findall(r"https?://[^\s<>\"]+", text_of(letter))
