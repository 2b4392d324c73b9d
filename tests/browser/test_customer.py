"""The customer's day: file with a picture, answer, solve, reopen, rate; and a guest who comes by a link alone."""

import io
import re

from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_manners import complaints, in_both_looks, log_in
from tests.fakes.mail import links_in
from tests.stack import Stack

GUEST = "gerda.guest@example.org"


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (900, 600), "teal").save(made, "PNG")
    return made.getvalue()


def chosen(page: Page, *names: str) -> None:
    files = [FilePayload(name=name, mimeType="image/png", buffer=picture()) for name in names]
    page.locator("#id_files").set_input_files(files)


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name).click()


def file_with_pictures(page: Page) -> str:
    """The files are there before the form is sent, and still there when it comes back."""
    page.goto("/tickets/new/")
    chosen(page, "screen.png", "second.png")
    expect(page.get_by_role("checkbox", name="screen.png")).to_be_checked()
    page.get_by_role("checkbox", name="second.png").uncheck()
    page.locator("#ticket-form").evaluate("form => form.noValidate = true")
    press(page, "Send")
    expect(page.get_by_role("checkbox", name="screen.png")).to_be_checked()
    expect(page.get_by_role("checkbox", name="second.png")).to_have_count(0)
    page.get_by_label("Subject").fill("The chart is empty")
    page.locator("textarea[name=body]").fill("See the picture.")
    press(page, "Send")
    page.wait_for_url(re.compile(r"/tickets/[\w-]{22}/"))
    expect(page.get_by_role("list", name="Files")).to_contain_text("screen.png")
    return page.url


def lose_nothing_when_records_are_out_of_reach(page: Page) -> None:
    """The error page says: go back, keep what you wrote."""
    page.goto("/tickets/new/")
    page.get_by_label("Subject").fill("Kept words")
    page.locator("textarea[name=body]").fill("Written for ten minutes.")
    page.route("**/tickets/new/", lambda route: route.fulfill(body="Out of reach."), times=1)
    press(page, "Send")
    expect(page.get_by_text("Out of reach.")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Subject")).to_have_value("Kept words")
    expect(page.locator("textarea[name=body]")).to_have_value("Written for ten minutes.")


def test_a_customer_files_answers_solves_reopens_and_rates(open_page: OpenPage, stack: Stack) -> None:
    page = open_page()
    page.emulate_media(reduced_motion="reduce")
    log_in(page, stack.rows("SELECT email FROM accounts_user WHERE NOT is_staff ORDER BY id LIMIT 1")[0][0])
    lose_nothing_when_records_are_out_of_reach(page)
    address = file_with_pictures(page)
    chosen(page, "third.png")
    page.get_by_label("Your answer").fill("One more picture.")
    press(page, "Send answer")
    expect(page.get_by_role("list", name="Conversation")).to_contain_text("third.png")
    with page.expect_download() as kept:
        page.get_by_role("link", name="third.png").click()
    assert kept.value.suggested_filename == "third.png"

    press(page, "My problem is solved")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    press(page, "Reopen")
    expect(page.get_by_role("button", name="My problem is solved")).to_be_visible()
    press(page, "My problem is solved")
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    stack.wait_until("SELECT 1 FROM tickets_survey s JOIN tickets_ticket t ON t.id = s.ticket_id "
                     "WHERE t.subject = 'The chart is empty' AND s.withdrawn_at IS NULL", within_s=150)  # fmt: skip
    page.goto(address)
    page.get_by_role("radio", name="Satisfied", exact=True).check()
    press(page, "Send rating")
    expect(page.get_by_role("main")).to_contain_text("Your rating")

    stack.wait_until("SELECT 1 FROM tickets_attachment WHERE name = 'third.png' AND thumbnail <> ''")
    assert complaints(page, ["/tickets/", "/tickets/?q=chart&state=all", "/tickets/new/", address]) == {}
    assert page.locator(".file img").first.evaluate("one => one.naturalWidth") > 0


def test_a_guest_files_by_letter_and_answers_by_link_without_javascript(open_page: OpenPage, stack: Stack) -> None:
    page = open_page(javascript=False)
    page.goto("/accounts/login/")
    page.get_by_role("main").get_by_role("link", name="write to us").click()
    page.get_by_label("Your name").fill("Gerda Guest")
    page.get_by_label("Your email address").fill(GUEST)
    page.get_by_label("Subject").fill("I cannot sign up")
    page.get_by_label("What happened?").fill("The form says no.")
    press(page, "Send")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    page.goto(
        next(
            link for link in links_in(stack.mail.wait_for(GUEST, subject="Confirm", within_s=150)) if "/guest/" in link
        )
    )
    press(page, "Yes, file it")
    expect(page.get_by_role("list", name="Conversation")).to_contain_text("The form says no.")
    chosen(page, "shot.png")
    page.get_by_label("Your answer").fill("Here it is.")
    press(page, "Send answer")
    expect(page.get_by_role("list", name="Files")).to_contain_text("shot.png")
    filed = stack.mail.wait_for(GUEST, subject="We have your ticket", within_s=150)
    assert any(page.url.rstrip("/") in link for link in links_in(filed))

    looked = open_page()
    looked.emulate_media(reduced_motion="reduce")
    assert list(in_both_looks(looked, page.url)) == []
    assert list(in_both_looks(looked, "/tickets/guest/")) == []
    press(page, "Withdraw this link")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link no longer works")
