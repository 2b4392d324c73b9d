"""The help center in a browser: reading, searching by keyboard, voting, asking, a person; the same without scripts."""

import time

import pytest
from playwright.sync_api import Page, expect

from portal.accounts.demo import PASSWORD
from tests.browser.conftest import OpenPage
from tests.browser.test_manners import CUSTOMER, RULES, findings
from tests.faults.visitor import Visitor
from tests.stack import Stack

ARTICLE, TUTORIAL = "/help/troubleshooting/signal-delivery/", "/help/tutorials/find-your-way/"
KNOWN = "How do I resume a canceled subscription?"
UNKNOWN = "Which color has the roof of your office in spring?"


@pytest.fixture(scope="module")
def answering(stack: Stack) -> Stack:
    """The portal once it has learned how sure its answers may be, and its web process has the model at hand."""
    until = time.monotonic() + 120
    while not stack.rows("SELECT 1 FROM helpcenter_calibration"):
        assert time.monotonic() < until, "Nothing was learned from the articles."
        time.sleep(1)
    visitor = Visitor(stack.url)
    while 'data-outcome="answered"' not in visitor.send(visitor.open("/help/ask/"), "/ask/", question=KNOWN).text:
        assert time.monotonic() < until, "The model is not at hand."
        time.sleep(4)
    return stack


def ask(page: Page, question: str) -> None:
    page.locator("textarea[name=question]").fill(question)
    page.get_by_role("main").get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("[data-outcome]")).to_be_visible()


def search_by_keyboard(page: Page) -> None:
    """From the first page to an article without a pointer; the suggestions follow the combobox pattern."""
    page.goto("/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("telegram", delay=20)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(page.locator("[data-combobox-says]")).to_contain_text("suggestion")
    page.keyboard.press("ArrowDown")
    first = page.get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "none")
    page.keyboard.press("Home")
    expect(first).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")


def test_search_needs_nothing_but_a_keyboard(page: Page) -> None:
    search_by_keyboard(page)
    box = page.get_by_role("combobox")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("telegram")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    wanted = page.get_by_role("option").first.get_attribute("href") or ""
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted.partition('?')[0]}**")
    expect(page.locator(".prose")).to_be_visible()


def test_typing_asks_only_after_a_pause(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/help/suggest/" in request.url else None)
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("two-factor code", delay=10)
    expect(page.get_by_role("listbox")).to_be_visible()
    assert len(asked) <= 3, asked
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_tabs_and_the_clip_of_an_article_work_by_keyboard(page: Page) -> None:
    page.goto(TUTORIAL)
    first, second = page.get_by_role("tab").first, page.get_by_role("tab").nth(1)
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    expect(second).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_have_count(1)
    clip = page.locator(".prose video")
    clip.focus()
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.prose video').paused === false")
    page.emulate_media(media="print")
    expect(page.locator(".prose .tab").first).to_be_visible()
    expect(page.locator(".prose .tab").nth(1)).to_be_visible()
    expect(page.locator("#feedback")).to_be_hidden()


def test_an_article_is_read_and_judged(page: Page, stack: Stack) -> None:
    page.goto(ARTICLE)
    page.get_by_role("navigation", name="On this page").get_by_role("link").first.click()
    assert "#" in page.url
    page.locator("#feedback").get_by_role("button", name="No", exact=True).click()
    expect(page.locator("#feedback [data-focus]")).to_be_focused()
    page.locator("#feedback").get_by_role("radio").first.check()
    page.locator("#feedback").get_by_role("button", name="Send").click()
    expect(page.locator("#feedback")).to_contain_text("Thank you")


def hand_over(page: Page) -> None:
    """From an answer to the ticket form: the person's question stands in it after the log-in."""
    page.get_by_role("link", name="Send it to a person").or_(
        page.get_by_role("link", name="Go to a person")
    ).first.click()
    page.get_by_label("Email").fill(CUSTOMER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/tickets/new/**")


def test_asking_leads_to_an_answer_and_none_of_these_to_a_person(page: Page, answering: Stack) -> None:
    page.goto("/help/ask/")
    ask(page, KNOWN)
    expect(page.locator("[data-outcome]")).to_have_attribute("data-outcome", "answered")
    expect(page.locator("#answer [data-focus]")).to_be_focused()
    assert page.locator("blockquote").count() >= 1
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert findings(page, rules) == []
    page.get_by_role("button", name="None of these").click()
    hand_over(page)
    assert KNOWN in (page.get_by_label("Subject").input_value() + page.locator("textarea[name=body]").input_value())


def test_what_no_article_says_is_said_to_be_unknown(page: Page, answering: Stack) -> None:
    page.goto("/help/ask/")
    ask(page, UNKNOWN)
    expect(page.locator("[data-outcome]")).to_have_attribute("data-outcome", "unknown")
    assert findings(page, RULES["light"]) == []


def test_the_same_without_scripts(open_page: OpenPage, answering: Stack) -> None:
    page = open_page(javascript=False)
    page.goto("/")
    page.get_by_role("link", name="See the state of all systems").click()
    page.wait_for_url("**/status/")
    page.goto("/")
    page.get_by_label("Search the help center").fill("telegram signals")
    page.keyboard.press("Enter")
    page.locator(".result").get_by_role("link", name="Signal Delivery").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signal Delivery")
    page.locator("#feedback").get_by_role("button", name="Yes", exact=True).click()
    expect(page.locator("#feedback")).to_contain_text("Thank you")
    page.goto("/help/ask/")
    ask(page, KNOWN)
    page.get_by_role("button", name="None of these").click()
    hand_over(page)
    assert KNOWN in (page.get_by_label("Subject").input_value() + page.locator("textarea[name=body]").input_value())
