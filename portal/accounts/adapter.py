"""allauth in this house: its letters go through the outbox, staff need a second factor."""

import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from portal.accounts.models import User
from portal.lib.tokens import public_id
from portal.outbox.actions import post
from portal.outbox.letters import Draft

_SECRET_LETTERS = ("email_confirmation", "password_reset", "login_code", "email_verification", "account_already_exists")


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context_of_letter: dict[str, Any]) -> None:
        """Composes allauth's letter and posts it; letters with a link or code that opens something are sealed."""
        message = self.render_mail(template_prefix, email, {"request": context.request, **context_of_letter})
        html = next((str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
        user = context_of_letter.get("user")
        is_secret = any(word in template_prefix for word in _SECRET_LETTERS)
        cause = hashlib.sha256(f"{email}:{message.body}:{public_id()}".encode()).hexdigest()[:24]
        post(
            Draft(
                key=f"{template_prefix.rsplit('/', 1)[-1]}:{cause}",
                to=email,
                subject=message.subject,
                text=str(message.body),
                html=html,
                about=user,
                user_id=user.pk if user else None,
                secret=is_secret,
            )
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that `portal.web.middleware.ClientAddress` trusts, so rate limits count the right visitor."""
        return request.META["REMOTE_ADDR"] or "0.0.0.0"  # noqa: S104  # a stand-in for "unknown", never bound

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/admin/" if request.user.is_staff else settings.LOGIN_REDIRECT_URL  # type: ignore[union-attr]


class SecondFactorAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Staff may change their second factor but not end up without one."""
        user = authenticator.user
        if not user.is_staff or not settings.STAFF_SECOND_FACTOR:
            return super().can_delete_authenticator(authenticator)
        others = user.authenticator_set.exclude(pk=authenticator.pk).exclude(type="recovery_codes")
        return authenticator.type == "recovery_codes" or others.exists()


def has_second_factor(user: User) -> bool:
    """Whether the user enrolled an authenticator app or a security key (recovery codes alone do not count)."""
    return user.authenticator_set.exclude(type="recovery_codes").exists()  # type: ignore[attr-defined]  # allauth's
