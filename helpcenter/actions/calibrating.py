from datetime import datetime

from helpcenter.answers import fingerprint, learn
from helpcenter.models import Article, Calibration
from portal.lib.clock import moment
from portal.lib.text.embedding import embedder


def calibrate(*, now: datetime | None = None) -> Calibration | None:
    """Learns anew, from everything published, how sure an answer may be, and keeps it for the present model.

    None without a model, or while there are too few articles to learn from. Takes a while: for workers only.
    """
    at, model = moment(now), embedder()
    mark = fingerprint(model) if model else ""
    learned = learn(Article.objects.shown(at), model) if model else None
    if model is None or learned is None:
        return None
    measure, measured = learned
    values = {"parameters": measure.parameters(), "measured": {**measured, "fingerprint": mark}, "made_at": at}
    return Calibration.objects.update_or_create(recipe=model.recipe, defaults=values)[0]
