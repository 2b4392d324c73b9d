from datetime import datetime

from django.conf import settings
from django.urls import reverse

from portal.accounts.models import Invitation
from portal.outbox.actions import post
from portal.outbox.letters import Draft, render
from portal.outbox.models import Letter


def invitation(*, invitation: Invitation, secret: str, now: datetime | None = None) -> Letter:
    """The letter that asks an address to join an organization; its link is a secret."""
    link = settings.SITE_URL + reverse("accounts:accept_invitation", args=[secret])
    words = render("emails/accounts/invitation", {"invitation": invitation, "link": link},
                   language=invitation.organization.language, zone=invitation.organization.time_zone)  # fmt: skip
    draft = Draft(
        key=f"invitation:{invitation.pk}",
        to=invitation.email,
        subject=words.subject,
        text=words.text,
        html=words.html,
        about=invitation.organization,
        secret=True,
    )
    return post(draft, now=now)
