"""The whole journey: a customer from sign-up to a reopened ticket, an agent behind a second factor, letters between."""

import re
import time

from allauth.mfa.totp.internal.auth import hotp_value
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.fakes.mail import links_in, text_of
from tests.stack import Stack

CUSTOMER = "ines.walker@example.org"
AGENT = "lena.agent@quantum-elite.example"
PASSWORD = "a quiet harbor at dawn"


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def sign_up(page: Page, stack: Stack) -> None:
    """A new organization; the address counts only once the letter's link was confirmed by a press."""
    page.goto("/accounts/signup/")
    page.get_by_label("Your name").fill("Ines Walker")
    page.get_by_label("Organization").fill("Harbor Trading")
    page.get_by_label("Email").fill(CUSTOMER)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    letter = stack.mail.wait_for(CUSTOMER, subject="confirm")
    page.goto(next(link for link in links_in(letter) if "confirm" in link))
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()
    if "/login/" in page.url:
        page.get_by_label("Email").fill(CUSTOMER)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()


def search_the_help_center(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox").first.fill("telegram stopped")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Signal Delivery").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Signal Delivery")


def file_a_ticket(page: Page) -> str:
    """The form suggests articles and tells the promise before anything is sent; answers the ticket's address."""
    page.goto("/tickets/new/")
    page.get_by_label("Subject").press_sequentially("Telegram signals stopped", delay=20)
    expect(page.locator("#suggestions")).to_contain_text("Signal Delivery")
    expect(page.locator("#id_search")).to_have_value(re.compile(r"[\w-]{22}"))
    expect(page.locator("#pledge")).to_contain_text("first answer by")
    page.get_by_label("Something does not work as it should").check()
    page.locator("textarea[name=body]").fill(
        "Since nine this morning nothing arrives in my chat. The bot is connected."
    )
    press(page, "Send")
    page.wait_for_url(re.compile(r"/tickets/[\w-]{22}/"))
    expect(page.get_by_role("main")).to_contain_text("First answer by")
    return page.url


def enrol(page: Page, stack: Stack) -> None:
    """The agent's password opens nothing but the enrolment of a second factor."""
    page.goto("/admin/")
    page.get_by_label("Email").fill(AGENT)
    page.get_by_label("Password", exact=True).fill(demo_password())
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/accounts/2fa/"))
    page.goto("/admin/tickets/ticket/")
    assert "/accounts/2fa/" in page.url, "The queue opened without a second factor."
    page.goto("/accounts/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password", exact=True).fill(demo_password())
        page.locator("main form button[type=submit]").first.click()
    secret = page.locator("#authenticator_secret").input_value()
    page.get_by_label(re.compile("code", re.I)).fill(f"{hotp_value(secret, int(time.time()) // 30):06d}")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def demo_password() -> str:
    from portal.accounts.demo import PASSWORD as shown

    return shown


def answer_as_agent(page: Page) -> None:
    page.goto("/admin/tickets/ticket/")
    page.get_by_role("link", name="Telegram signals stopped").click()
    page.get_by_label("Answer to Ines Walker").fill(
        "Please send /start to the bot once more; we renewed its key today."
    )
    page.get_by_role("button", name="Send and wait for the customer").click()
    expect(page.get_by_role("list", name="Conversation")).to_contain_text("we renewed its key today")


def test_from_sign_up_to_a_reopened_ticket(open_page: OpenPage, stack: Stack) -> None:
    customer, agent = open_page(), open_page()
    sign_up(customer, stack)
    search_the_help_center(customer)
    address = file_a_ticket(customer)
    filed = stack.mail.wait_for(CUSTOMER, subject="We have your ticket")
    assert any(link.startswith(address.rstrip("/")) for link in links_in(filed)), text_of(filed)

    enrol(agent, stack)
    answer_as_agent(agent)
    answered = stack.mail.wait_for(CUSTOMER, subject="Answer to your ticket")
    assert "we renewed its key today" in text_of(answered)

    customer.goto(address)
    customer.get_by_label("Your answer").fill("That helped, the first signal is here.")
    press(customer, "Send answer")
    expect(customer.get_by_role("list", name="Conversation")).to_contain_text("the first signal is here")

    agent.reload()
    expect(agent.get_by_role("list", name="Conversation")).to_contain_text("the first signal is here")
    agent.get_by_role("button", name="Solve", exact=True).click()
    stack.mail.wait_for(CUSTOMER, subject="solved")

    customer.goto(address)
    press(customer, "Reopen")
    expect(customer.get_by_role("main")).not_to_contain_text("Close for good")
    state = stack.rows("SELECT state FROM tickets_ticket WHERE subject = 'Telegram signals stopped'")
    assert state == [("open",)]
