"""A small shelf of articles with vectors, as workers would have made them."""

from collections.abc import Iterator
from contextlib import contextmanager

from helpcenter.models import Article
from helpcenter.search import semantic
from helpcenter.search.scratch import embed
from portal.lib.text.embedding import embedder
from tests.factories.helpcenter import ArticleFactory, CategoryFactory

WORDS = {
    "Change your password": "Open your account settings and choose Security. Enter the new password twice.\n\n"
    "## When you forgot it\n\nChoose Forgot password on the log-in page. We send you a link that works for one hour.",
    "Download an invoice": "Every invoice is a PDF under Billing. Open Billing, choose the month and press Download.",
    "Change your plan": "Owners move to another plan under Billing, Plan. The change begins at once.",
    "Invite a colleague": "Open Organization, then People, and press Invite. The invitation is valid for seven days.",
    "Read a signal": "Each signal has a direction, a confidence and a horizon. Confidence is a share of past hits.",
    "Export your data": "Reports can be exported as CSV. Open Reports and press Export.",
    "Set up a webhook": "Name an address and choose the events. Each call is signed with your secret.",
    "Use a passkey": "A passkey replaces the password by your device. Add one under Security.",
    "Set your time zone": "Times are shown in your own zone. Choose it under Profile.",
    "Why a payment was declined": "Your bank declines a payment when the card has expired or its limit is reached.",
}


def shelve() -> dict[str, Article]:
    """The articles by title, with vectors."""
    shelf = CategoryFactory()
    made = {title: ArticleFactory(title=title, body=body, category=shelf) for title, body in WORDS.items()}
    take_up()
    return made


def take_up() -> None:
    """Makes missing vectors and has this process hold them, and waits for every one."""
    model = embedder()
    assert model is not None
    embed(model)
    semantic.load()
    semantic.hold_still(patience_s=30)


@contextmanager
def without_model() -> Iterator[None]:
    semantic.forget()
    yield
