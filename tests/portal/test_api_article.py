"""The examples of the article “Use the API” do what it says."""

import json
import re
import shlex
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.accounts.states import MemberRole
from portal.outbox.actions.webhooks import payload_of
from tests.factories.accounts import MembershipFactory
from tests.factories.events import EventFactory
from tests.house.sources import ROOT
from tests.portal.accounts.bearers import bearer
from tickets.models import Attachment, Ticket

ARTICLE = (ROOT / "helpcenter/content/customer/developers/use-the-api.md").read_text()
EXAMPLES = re.findall(r"```sh\n# (\d+): ([^\n]+)\n(.+?)```", ARTICLE, re.DOTALL)


@pytest.mark.django_db
def test_each_example_is_answered_as_the_article_says(client: Client, db: None) -> None:
    member = MembershipFactory(role=MemberRole.OWNER)
    known = {"PORTAL": "", "TOKEN": bearer(member.user, "write")["Authorization"].removeprefix("Bearer ")}
    assert len(EXAMPLES) == 10
    for status, words, command in EXAMPLES:
        ticket = Ticket.objects.first()
        known |= {"TICKET": ticket.public_id, "ETAG": f'"{ticket.version}"'} if ticket else {}
        kept = Attachment.objects.first()
        known |= {"FILE": kept.public_id} if kept else {}
        answer = asked(client, filled(command, known))
        assert answer.status_code == int(status), (words, answer)
    assert kept is not None
    assert [one.attachments.count() for one in ticket.messages.order_by("pk")][-1] == 1


def filled(command: str, known: dict[str, str]) -> str:
    """What the shell makes of it between double quotes."""
    for name, value in known.items():
        command = command.replace(f"${name}", value.replace('"', '\\"'))
    return command


def asked(client: Client, command: str) -> Any:
    """The request that curl would send."""
    words = shlex.split(command.replace("\\\n", " "))
    assert words.pop(0) == "curl"
    method, path, headers, body, parts = "GET", "", {}, "", {}
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, value = words.pop(0).split(": ", 1)
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        elif word == "-F":
            part, name = words.pop(0).split("=@", 1)
            parts[part] = SimpleUploadedFile(name, b"10:02 QE-1042")
        elif word != "-L":
            path = word
    if parts:
        return client.post(path, parts, headers=headers)
    kind = headers.pop("Content-Type", "")
    return client.generic(method, path, headers=headers, **({"data": body, "content_type": kind} if body else {}))


@pytest.mark.django_db
def test_the_call_that_the_article_shows_has_the_form_of_every_call() -> None:
    shown = json.loads(re.findall(r"```json\n(.+?)```", ARTICLE, re.DOTALL)[0])
    told: Any = payload_of(EventFactory(name="ticket.replied"))
    assert shown.keys() == told.keys()
    assert shown["data"].keys() == told["data"].keys()
    assert shown["version"] == told["version"]
