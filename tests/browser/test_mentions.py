"""Colleagues are offered behind an @ in a note; they are chosen by keyboard alone."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_manners import WCAG, findings, log_in, pass_the_second_factor
from tests.stack import Stack

AGENT = "nadia.lead@quantum-elite.example"
OPEN = "SELECT id FROM tickets_ticket WHERE state IN ('new', 'open') ORDER BY id"


def test_a_colleague_is_named_by_keyboard(open_page: OpenPage, stack: Stack) -> None:
    page = open_page()
    log_in(page, AGENT)
    pass_the_second_factor(page)
    page.goto(f"/admin/tickets/ticket/{stack.rows(OPEN)[0][0]}/change/")
    page.get_by_text("Leave an internal note").press("Enter")
    box = page.locator("#id_note")
    box.press_sequentially("Please look, @len")
    options = page.locator("#id_note_colleagues").get_by_role("option")
    expect(options.first).to_contain_text("Lena Brandt")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "?")
    expect(page.locator("[data-mentions-says]")).to_contain_text("Lena Brandt")
    assert [one for one in findings(page, WCAG) if one[1].startswith(".desk ")] == []
    box.press("Enter")
    expect(box).to_have_value("Please look, @Lena Brandt ")
    expect(options).to_have_count(0)
    nothing_is_in_the_way(page)


def nothing_is_in_the_way(page: Page) -> None:
    """Escape closes what is offered, and Enter is a new line again."""
    box = page.locator("#id_note")
    box.press_sequentially("and @")
    expect(page.locator("#id_note_colleagues").get_by_role("option").first).to_be_visible()
    box.press("Escape")
    expect(page.locator("#id_note_colleagues").get_by_role("option")).to_have_count(0)
    box.press("Enter")
    expect(box).to_have_value("Please look, @Lena Brandt and @\n")
