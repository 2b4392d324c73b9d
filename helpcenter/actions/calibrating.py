from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from helpcenter.answers import fingerprint, learn
from helpcenter.models import Article, Calibration
from portal.lib.clock import moment
from portal.lib.text.embedding import embedder


@transaction.atomic
def calibrate(*, now: datetime | None = None) -> Calibration | None:
    """Learns anew, from what everybody may read, how sure an answer may be, and keeps it for the present model.

    None without a model, or when too few known questions are about our articles: then careful values hold again.
    Takes a while: for workers only.
    """
    at, model = moment(now), embedder()
    mark = fingerprint(model) if model else ""
    learned = learn(Article.objects.visible_to(AnonymousUser(), now=at), model) if model else None
    if model is None or learned is None:
        Calibration.objects.filter(recipe=model.recipe if model else "").delete()
        return None
    measure, measured = learned
    values = {"parameters": measure.parameters(), "measured": {**measured, "fingerprint": mark}, "made_at": at}
    return Calibration.objects.update_or_create(recipe=model.recipe, defaults=values)[0]
