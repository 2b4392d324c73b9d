from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from helpcenter.states import Outcome


class QuestionQuerySet(models.QuerySet):
    def unsolved(self) -> "QuestionQuerySet":
        """What ended without help: no answer, an answer that was none, or a ticket."""
        return self.filter(Q(outcome=Outcome.UNKNOWN) | Q(is_solved=False) | Q(led_to_ticket=True))

    def asked_by(self, user: Any) -> "QuestionQuerySet":
        """Theirs, and those of nobody in particular: who knows the unguessable id asked them before signing in.

        A question whose asker is forgotten (no visitor either) is nobody's.
        """
        of_nobody = Q(user_id=None) & ~Q(visitor="")
        return self.filter(Q(user_id=user.pk) | of_nobody) if user.is_authenticated else self.filter(of_nobody)

    def of_long_ago(self, before: datetime) -> "QuestionQuerySet":
        """Asked before that moment, and the row still says by whom."""
        named = ~Q(visitor="") | Q(user_id__isnull=False) | Q(organization_id__isnull=False)
        return self.filter(named, asked_at__lt=before)

    def conversation_of(self, public_id: str) -> "QuestionQuerySet":
        """All turns of the conversation that this question belongs to, in order."""
        named = self.filter(public_id=public_id or " ").values("conversation")
        return self.filter(conversation__in=named).order_by("turn")
