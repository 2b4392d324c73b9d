"""The demo's help center: the shipped articles, and what readers thought of them."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from helpcenter.actions import Ballot, Order, import_folder, vote
from helpcenter.models import Article
from helpcenter.search.learning import learn_words
from helpcenter.states import VoteReason
from portal.lib.visitors import daily_digest

CONTENT = Path(__file__).parent / "content"
_COMMENTS = {
    VoteReason.MISSING: "I was looking for the limits of the trial.",
    VoteReason.UNCLEAR: "Step 3 looks different on my phone.",
    VoteReason.WRONG: "",
}


def furnish(*, now: datetime) -> None:
    """Imports `content/` as of forty days ago and casts some votes since; typing errors are known at once."""
    import_folder(order=Order(CONTENT), by=None, now=now - timedelta(days=40))
    chance = Random(2026)  # noqa: S311  # the same demo each time, nothing secret
    for article in Article.objects.filter(category__audience="customer").in_order():
        for number in range(chance.randint(6, 24)):
            at = now - timedelta(days=chance.uniform(0.5, 39))
            is_helpful = chance.random() < 0.86
            reason = "" if is_helpful else chance.choice(list(_COMMENTS))
            visitor = daily_digest("demo", str(article.pk), str(number), on=at.date())
            ballot = Ballot(visitor, is_helpful, reason, "" if is_helpful else _COMMENTS[VoteReason(reason)])
            vote(article=article, ballot=ballot, now=at)
    learn_words()
