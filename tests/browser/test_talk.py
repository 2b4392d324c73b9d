"""A conversation while it goes on: undo, news that appear by itself, the stale-reply stop, who else is here, keys."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_desk import ACTIVE, QUEUE, in_both_looks_of_ours, workspace
from tests.browser.test_manners import RULES, findings, log_in, pass_the_second_factor
from tests.stack import Stack

FIRST, SECOND = "mira.engineer@quantum-elite.example", "tariq.engineer@quantum-elite.example"
LEARNS_FOR_MS = 180_000  # a portal that has just been furnished first learns from its articles, with all its workers
PERSON = """SELECT person.email, ticket.public_id FROM tickets_ticket ticket
            JOIN accounts_user person ON person.id = ticket.requester_id WHERE ticket.id = %s"""


_cookies: dict[str, Any] = {}  # a second factor is enrolled once


@pytest.fixture
def agents(open_page: OpenPage) -> tuple[Page, Page]:
    """Two colleagues at their desks."""
    pages = open_page(), open_page()
    for page, who in zip(pages, (FIRST, SECOND), strict=True):
        if who not in _cookies:
            log_in(page, who)
            pass_the_second_factor(page)
            _cookies[who] = page.context.cookies()
        page.context.add_cookies(_cookies[who])
    return pages


def talk(page: Page) -> Locator:
    return page.get_by_role("list", name="Conversation")


def test_two_agents_and_a_customer_talk_without_a_reload(
    agents: tuple[Page, Page], open_page: OpenPage, stack: Stack
) -> None:
    agent, colleague = agents
    pk, _number = stack.rows(ACTIVE)[5]  # of the demo: others of the house filed later, and guests have no password
    email, public_id = stack.rows(PERSON, [pk])[0]
    customer = open_page()
    log_in(customer, email)
    customer.goto(f"/tickets/{public_id}/")
    workspace(agent, pk)
    workspace(colleague, pk)

    # Who else is here, and what they do: heard at the reader's next look, every five seconds
    expect(agent.locator("[data-presence]")).to_contain_text("is reading this")
    colleague.keyboard.press("r")
    expect(colleague.locator("#composer textarea")).to_be_focused()
    with colleague.expect_request(lambda request: "writing=1" in request.url, timeout=4_500):  # before the next look
        colleague.keyboard.type("Half a sentence")
    expect(agent.locator("[data-presence]")).to_contain_text("is writing here")

    # Undo: the answer is on no customer's page, and goes back into the form
    agent.keyboard.press("r")
    expect(agent.locator("#composer textarea")).to_be_focused()
    agent.keyboard.type("We restart feed seven.")
    agent.keyboard.press("Control+Enter")
    expect(talk(agent)).to_contain_text("Leaves in a moment")
    expect(talk(customer)).not_to_contain_text("feed seven")
    agent.keyboard.press("u")
    expect(agent.locator("#composer textarea")).to_have_value("We restart feed seven.")
    agent.reload()
    expect(agent.locator("#composer textarea")).to_have_value("We restart feed seven.")
    agent.locator("#composer textarea").fill("We restart feed eight.")
    agent.get_by_role("button", name="Send, still our turn").click()

    # It leaves by itself and appears everywhere; what the colleague writes stays
    expect(talk(customer)).to_contain_text("feed eight", timeout=LEARNS_FOR_MS)
    expect(talk(agent)).not_to_contain_text("Leaves in a moment")
    stack.mail.wait_for(email, subject="Answer to your ticket", within_s=LEARNS_FOR_MS / 1000)
    expect(colleague.locator("[data-came-in]")).to_be_visible()
    expect(colleague.locator("#composer textarea")).to_have_value("Half a sentence")

    # The customer's words appear; what was written on an old state is stopped with nothing lost
    customer.locator("form[data-composer] textarea").fill("Feed eight works!")
    customer.get_by_role("button", name="Send answer").click()
    expect(talk(agent)).to_contain_text("Feed eight works!")
    colleague.get_by_role("button", name="Send, still our turn").click()
    expect(colleague.get_by_text("This came in while you were writing.")).to_be_visible()
    expect(talk(colleague)).to_contain_text("Feed eight works!")
    expect(colleague.locator("#composer textarea")).to_have_value("Half a sentence")
    assert stack.rows("SELECT count(*) FROM tickets_message WHERE body = 'Half a sentence'") == [(0,)]
    assert [one for one in findings(colleague, RULES["light"]) if one[1].startswith(".desk ")] == []
    colleague.locator("#composer textarea").fill("Good to hear.")
    colleague.get_by_role("button", name="Send, still our turn").click()
    expect(talk(colleague)).to_contain_text("Good to hear.")


def test_the_desk_by_keyboard(agents: tuple[Page, Page], stack: Stack) -> None:
    page, _colleague = agents
    page.goto(QUEUE)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert [one for one in findings(page, RULES["light"]) if one[1].startswith(".desk ")] == []
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tbody tr").nth(1).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ticket/\d+/change/"))
    page.keyboard.press("n")
    expect(page.locator("#id_note")).to_be_focused()
    page.keyboard.type("s and t are letters here")
    expect(page.locator("#id_note")).to_have_value("s and t are letters here")
    page.locator("#id_note").fill("")
    page.locator(".desk-head h2").click()
    page.keyboard.press("f")
    expect(page.locator("#id_q")).to_be_focused()
    page.keyboard.type("telegram")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Insert link").first.click()
    expect(page.locator("#composer textarea")).to_have_value(re.compile(r"http://.+/help/"))
    page.locator("#composer textarea").fill("")
    page.locator(".desk-head h2").click()
    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.get_by_role("button", name="Close", exact=True).click()
    page.keyboard.press("r")
    expect(page.locator("#composer textarea")).not_to_be_focused()
    page.keyboard.press("?")
    page.get_by_label("Single keys work").check()
    page.get_by_role("button", name="Close", exact=True).click()
    page.keyboard.press("q")
    page.wait_for_url(re.compile(r"/admin/tickets/ticket/$"))


def test_followers_copies_and_a_mention_have_no_barrier(agents: tuple[Page, Page], stack: Stack) -> None:
    page, _colleague = agents
    pk, _number = stack.rows(ACTIVE)[-1]
    assert list(in_both_looks_of_ours(page, f"{QUEUE}{pk}/people/")) == []
    page.get_by_label("Email address").fill("partner@elsewhere.example")
    page.get_by_role("button", name="Send copies").click()
    expect(page.locator(".plain-list").last).to_contain_text("partner@elsewhere.example")
    assert list(in_both_looks_of_ours(page, f"{QUEUE}{pk}/change/")) == []
    page.get_by_text("Leave an internal note").click()
    page.locator("#id_note").fill("@Tariq: can you look?")
    page.get_by_role("button", name="Keep the note").click()
    stack.mail.wait_for(SECOND, subject="names you", within_s=LEARNS_FOR_MS / 1000)


def test_the_queue_follows_what_happens(agents: tuple[Page, Page], stack: Stack) -> None:
    page, _colleague = agents
    page.goto(QUEUE)
    link = page.locator(".queue tbody th a").first
    subject, pk = link.inner_text(), int((link.get_attribute("href") or "").split("/")[-3])
    solve = "from tickets import actions as t; from tickets.models import Ticket; "
    stack.manage("shell", "-c", f"{solve}t.solve(ticket=Ticket.objects.get(pk={pk}), by=None)")
    expect(page.locator(".queue tbody").get_by_role("link", name=subject, exact=True)).to_have_count(0, timeout=30_000)
