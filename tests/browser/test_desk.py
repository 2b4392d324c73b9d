"""The agent's day: a macro, a snooze, a merge, many tickets at once; with and without JavaScript."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_manners import in_both_looks, log_in, pass_the_second_factor
from tests.stack import Stack

AGENT = "jonas.agent@quantum-elite.example"
QUEUE = "/admin/tickets/ticket/"
ACTIVE = """SELECT id, number FROM tickets_ticket
            WHERE state IN ('new', 'open') AND due_at IS NOT NULL AND snoozed_until IS NULL ORDER BY id"""


def workspace(page: Page, pk: int) -> None:
    page.goto(f"{QUEUE}{pk}/change/")


def keep_a_macro(page: Page) -> None:
    page.goto("/admin/tickets/macro/add/")
    page.locator("#id_name").fill("We look into it")
    page.locator("#id_body").fill("Hello {{ requester.first_nam }}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("Unknown: requester.first_nam")
    page.locator("#id_body").fill("Hello {{ requester.first_name }}, we look into #{{ ticket.number }}.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("We look into it")


def put_the_macro_in(page: Page, number: int) -> None:
    page.locator("#composer textarea").fill("PS: my own words.")
    page.get_by_label("Macro").select_option("We look into it")
    page.get_by_role("button", name="Put it in").press("Enter")
    expect(page.locator("#composer textarea")).to_have_value(
        re.compile(rf"^PS: my own words\.\n\nHello .+, we look into #{number}\.$")
    )


def test_an_agent_works_with_macros_snooze_merge_and_many_at_once(open_page: OpenPage, stack: Stack) -> None:
    page = open_page()
    log_in(page, AGENT)
    pass_the_second_factor(page)
    keep_a_macro(page)
    (first, number), (second, other), (third, _number) = stack.rows(ACTIVE)[:3]

    workspace(page, first)
    assert list(in_both_looks_of_ours(page, f"{QUEUE}{first}/change/")) == []
    put_the_macro_in(page, number)
    page.get_by_role("button", name="Send with “We look into it”").click()
    expect(page.get_by_role("list", name="Conversation")).to_contain_text(f"we look into #{number}")

    workspace(page, second)
    page.keyboard.press("g")  # opens what is folded, and goes there
    expect(page.get_by_label("Into ticket number")).to_be_focused()
    page.get_by_label("Into ticket number").fill(str(number))
    page.get_by_text("keep its messages for staff alone").click()
    page.get_by_role("button", name="Merge and close this one").click()
    expect(page.get_by_role("list", name="Conversation")).to_contain_text(f"on #{other}")

    workspace(page, third)
    page.get_by_text("Escalate, snooze, merge, split").click()
    page.get_by_role("button", name="Snooze").click()
    expect(page.locator(".desk-head")).to_contain_text("Snoozed until")

    assert list(in_both_looks_of_ours(page, QUEUE)) == []
    page.locator("td.tick input").first.check()
    page.get_by_text("Do something with the ticked tickets").click()
    page.get_by_label("Do", exact=True).select_option("Change priority")
    page.locator(".bulk").get_by_label("Priority").select_option("High")
    page.get_by_role("button", name="Do it").click()
    expect(page.locator("body")).to_contain_text("Done for 1 ticket.")
    still = open_page(javascript=False)
    still.context.add_cookies(page.context.cookies())
    fourth, fourth_number = stack.rows(ACTIVE)[-1]
    workspace(still, fourth)
    put_the_macro_in(still, fourth_number)


def in_both_looks_of_ours(page: Page, path: str) -> list[tuple[str, str]]:
    """What is wrong in our part of the page; the theme's shell is looked at by the tests of manners."""
    return [one for one in in_both_looks(page, path) if one[1].startswith(".desk ") or "px" in one[1]]
