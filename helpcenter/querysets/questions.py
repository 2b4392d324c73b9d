from django.db import models
from django.db.models import Q

from helpcenter.states import Outcome


class QuestionQuerySet(models.QuerySet):
    def unsolved(self) -> "QuestionQuerySet":
        """What ended without help: no answer, an answer that was none, or a ticket."""
        return self.filter(Q(outcome=Outcome.UNKNOWN) | Q(is_solved=False) | Q(led_to_ticket=True))
