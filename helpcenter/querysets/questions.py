from typing import Any

from django.db import models
from django.db.models import Q

from helpcenter.states import Outcome


class QuestionQuerySet(models.QuerySet):
    def unsolved(self) -> "QuestionQuerySet":
        """What ended without help: no answer, an answer that was none, or a ticket."""
        return self.filter(Q(outcome=Outcome.UNKNOWN) | Q(is_solved=False) | Q(led_to_ticket=True))

    def asked_by(self, user: Any) -> "QuestionQuerySet":
        """Theirs, and those of nobody in particular: who knows the unguessable id asked them before signing in."""
        return self.filter(Q(user_id=user.pk) | Q(user_id=None)) if user.is_authenticated else self.filter(user_id=None)

    def conversation_of(self, public_id: str) -> "QuestionQuerySet":
        """All turns of the conversation that this question belongs to, in order."""
        named = self.filter(public_id=public_id or " ").values("conversation")
        return self.filter(conversation__in=named).order_by("turn")
