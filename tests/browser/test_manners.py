"""Manners of every page: axe finds nothing in either colour scheme, the console stays quiet, no other host is asked."""

import re
import time
from collections.abc import Iterable

import pytest
from allauth.mfa.totp.internal.auth import hotp_value
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from portal.accounts.demo import LOGINS, PASSWORD
from tests.browser.conftest import SIZES, OpenPage
from tests.stack import Stack

CUSTOMER, ADMINISTRATOR = LOGINS[0][1], LOGINS[-1][1]
LOOKS = {"light": "desktop", "dark": "phone"}
PUBLIC = [
    *("/", "/help/", "/help/getting-started/", "/help/troubleshooting/signal-delivery/", "/nothing/here/"),
    *(
        "/help/search/?q=signals",
        "/help/search/?q=zzzzqqq",
        "/help/search/?q=telegarm",
        "/pricing/",
        "/status/",
        "/status/history/",
    ),
    *("/help/tutorials/find-your-way/", "/help/ask/", "/help/search/"),
    *("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"),
    *("/accounts/confirm-email/", "/api/v1/docs", "/tickets/guest/"),
]
SIGNED_IN = [
    *("/", "/tickets/", "/tickets/?q=nothing-like-it", "/tickets/new/", "/billing/", "/pricing/", "/organization/"),
    *("/accounts/profile/", "/accounts/tokens/", "/accounts/email/", "/accounts/sessions/"),
    *("/help/account/", "/help/account/account-security/"),
    *("/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/logout/"),
]
STAFF = [
    *("/admin/", "/admin/tickets/ticket/", "/admin/operations/task/", "/admin/incidents/incident/"),
    *("/admin/incidents/incident/add/", "/admin/incidents/component/", "/admin/incidents/maintenance/"),
    *(
        "/admin/incidents/maintenance/add/",
        "/admin/outbox/letter/?q=noah@kestrel.example",
        "/admin/helpcenter/article/?q=key",
    ),
    *("/admin/accounts/organization/", "/health/", "/admin/helpcenter/article/add/"),
    *("/admin/helpcenter/article/import", "/admin/helpcenter/gap/", "/admin/helpcenter/articlehealth/"),
    *("/admin/helpcenter/searchevent/", "/admin/helpcenter/question/", "/admin/helpcenter/snippet/"),
    *("/admin/helpcenter/articlelink/", "/admin/helpcenter/article/1/archive/", "/admin/tickets/ticket/reports/"),
    *("/admin/tickets/ticket/views/", "/admin/tickets/rule/", "/admin/tickets/rule/add/", "/admin/tickets/classifier/"),
]
# What axe finds in unfold's own shell, outside of our .desk, by rule. This list only shrinks.
SHELL = {"target-size"}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What the second look can change: colours and sizes. Structure and names were read in the first.
RULES = {"light": WCAG, "dark": ["color-contrast", "link-in-text-block", "target-size"]}
BARS = ".bars"  # pictures of ninety days each, named as a whole: hundreds of elements without a word
NAVIGATION = "#nav-sidebar"  # of the admin, the same on every page: half of what an empty list is made of
# Even the shortest transition of an inherited color goes down the page level by level, a frame each.
COLORS_STAND = """async () => {
    do await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    while (document.getAnimations().some(one => one instanceof CSSTransition));
}"""
AXE = """([where, options]) => axe.run(where, options).then(
    ({violations}) => violations.flatMap(({id, nodes}) => nodes.map(({target}) => [id, target[0]])))"""
OURS = "selector => !!document.querySelector(selector)?.closest('.desk')"


def log_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/login/" not in url, timeout=60_000)


def pass_the_second_factor(page: Page) -> None:
    page.goto("/accounts/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
    secret = page.locator("#authenticator_secret").input_value()
    page.get_by_label(re.compile("code", re.I)).fill(f"{hotp_value(secret, int(time.time()) // 30):06d}")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/totp/activate/" not in url, timeout=60_000)


def findings(page: Page, rules: list[str], *left_out: str) -> list[tuple[str, str]]:
    """Rule and element of everything axe finds on the page as it stands, but in what is left out."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], "preload": False, "runOnly": rules}
    where = {"exclude": [[selector] for selector in (BARS, *left_out)]}
    nodes = [(rule, str(target)) for rule, target in page.evaluate(AXE, [where, options])]
    return [(rule, f".desk {element}" if page.evaluate(OURS, element) else element) for rule, element in nodes]


def in_both_looks(page: Page, path: str, *left_out: str) -> Iterable[tuple[str, str]]:
    """Light on a desk, dark on a phone; the page is not loaded again for the second look."""
    for scheme, size in LOOKS.items():
        width, height = SIZES[size]
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": height})
        if scheme == "light":
            page.goto(path)
            expect(page.locator(".htmx-request")).to_have_count(0)
        page.evaluate(COLORS_STAND)
        yield from findings(page, RULES[scheme], *left_out)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            yield "wider than the screen", f"{wide} px, {scheme} {size}"


def complaints(page: Page, paths: Iterable[str], *left_out: str) -> dict[str, list[tuple[str, str]]]:
    return {path: found for path in paths if (found := list(in_both_looks(page, path, *left_out)))}


def first_of(stack: Stack, query: str) -> str:
    return str(stack.rows(query)[0][0])


def test_public_pages_have_no_barrier_in_either_scheme(quiet_page: Page, stack: Stack) -> None:
    incident = first_of(stack, "SELECT public_id FROM incidents_incident ORDER BY id LIMIT 1")
    planned = first_of(stack, "SELECT public_id FROM incidents_maintenance ORDER BY id LIMIT 1")
    paths = [*PUBLIC, f"/status/incidents/{incident}/", f"/status/maintenance/{planned}/"]
    assert complaints(quiet_page, paths) == {}


def test_customer_pages_have_no_barrier_in_either_scheme(quiet_page: Page, stack: Stack) -> None:
    log_in(quiet_page, CUSTOMER)
    of_customer = f"""SELECT t.public_id FROM tickets_ticket t JOIN accounts_user u ON u.id = t.requester_id
                      WHERE u.email = '{CUSTOMER}' ORDER BY t.id"""
    tickets = [f"/tickets/{public_id}/" for (public_id,) in stack.rows(of_customer)]
    assert complaints(quiet_page, [*SIGNED_IN, *tickets[:2]]) == {}


def test_on_a_phone_the_current_tab_of_the_account_is_in_sight(open_page: OpenPage) -> None:
    page = open_page(size="phone")
    log_in(page, CUSTOMER)
    for path in ("/accounts/profile/", "/accounts/sessions/", "/accounts/tokens/"):
        page.goto(path)
        expect(page.locator(".side-nav [aria-current]")).to_be_in_viewport(ratio=1)
        assert page.evaluate("window.scrollY") == 0


def test_staff_pages_have_no_barrier_in_either_scheme(quiet_page: Page, stack: Stack) -> None:
    log_in(quiet_page, ADMINISTRATOR)
    pass_the_second_factor(quiet_page)
    one_each = {
        f"/admin/{table.replace('_', '/', 1)}/{first_of(stack, f'SELECT id FROM {table} ORDER BY id LIMIT 1')}/change/"
        for table in ("tickets_ticket", "incidents_incident", "accounts_organization", "helpcenter_article")
    }
    with_navigation, *others = [*STAFF, *sorted(one_each)]
    found = complaints(quiet_page, [with_navigation]) | complaints(quiet_page, others, NAVIGATION)
    everything = [(path, rule, element) for path, all_of_it in found.items() for rule, element in all_of_it]
    ours = [one for one in everything if one[1] not in SHELL or one[2].startswith(".desk ")]
    assert ours == []
    assert {rule for _, rule, _ in everything} == SHELL, "Shrink the list of the shell."


@pytest.fixture
def quiet_page(open_page: OpenPage) -> Page:
    """A page whose colours change at once, so that both schemes can be looked at without loading twice."""
    page = open_page()
    page.emulate_media(reduced_motion="reduce")
    return page
