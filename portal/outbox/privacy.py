"""What letters and webhooks know of people. Letters that a ticket caused are taken away by whoever wrote them."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.lib.privacy import ERASED, ERASED_HOST, Ageing, Fate, Sheet, Subject, ages, decide, erases, exports
from portal.outbox.models import Endpoint, Letter
from portal.outbox.querysets import LetterQuerySet
from portal.outbox.states import OPEN_LETTER_STATES, LetterState

decide(
    {
        "outbox.Letter": {
            Fate.ERASED: "to reply_to subject text html headers sealed error user_id",
            Fate.FIGURE: "key public_id message_id about_type about_id",
        },
        "outbox.Endpoint": {
            Fate.DELETED: "url events sealed_secret older_sealed_secret quarantine_reason organization_id",
            Fate.FIGURE: "public_id",
        },
        "outbox.Webhook": {Fate.DELETED: "error", Fate.FIGURE: "public_id event_name payload event_id"},
    }
)
NOWHERE = f"letter@{ERASED_HOST}"


def letters_of(subject: Subject) -> LetterQuerySet:
    """What was written to that person, whether the account or only the address was known."""
    addressed = Q(user_id=subject.pk)
    for email in subject.emails:
        addressed |= Q(to__iexact=email)
    return Letter.objects.filter(addressed)


def blank(letters: LetterQuerySet, most: int) -> int:
    """Takes words and addresses out of so many letters; the rows stay, so that nothing is posted twice. What was not
    sent yet never will be."""
    found = list(letters.exclude(to=NOWHERE).order_by("pk").values_list("pk", flat=True)[:most])
    words: dict[str, Any] = {"subject": ERASED, "text": "", "html": "", "headers": {}, "sealed": None, "error": ""}
    rows = Letter.objects.filter(pk__in=found)
    rows.filter(state__in=OPEN_LETTER_STATES).update(state=LetterState.FAILED)
    return rows.update(to=NOWHERE, reply_to="", user_id=None, **words)


@erases("outbox")
def erase(subject: Subject, most: int) -> int:
    if subject.is_person:
        return blank(letters_of(subject), most)
    found = Endpoint.objects.filter(organization_id=subject.pk).values_list("pk", flat=True)[:most]
    return Endpoint.objects.filter(pk__in=list(found)).delete()[0]


@exports("outbox")
def export(subject: Subject) -> list[Sheet]:
    """The letters that were written to the person; of those with a secret only that there was one."""
    if not subject.is_person:
        urls = Endpoint.objects.filter(organization_id=subject.pk).values("url", "events", "created_at")
        return [Sheet("webhook-endpoints.json", list(urls))]
    rows = letters_of(subject).order_by("pk").values("posted_at", "sent_at", "to", "subject", "text", "is_secret")
    return [Sheet("letters.json", list(rows))]


def _sent_before(before: datetime) -> LetterQuerySet:
    return Letter.objects.exclude(state__in=OPEN_LETTER_STATES).filter(posted_at__lt=before).exclude(to=NOWHERE)


ages(
    Ageing(
        "outbox.letters",
        _("Words and addresses of letters"),
        730,
        _sent_before,
        lambda pks: blank(Letter.objects.filter(pk__in=pks), len(pks)),
    )
)
