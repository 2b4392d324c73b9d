"""allauth in this house: its letters go through the outbox, staff need a second factor, log-ins are logged."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from portal.accounts.models import User
from portal.lib.tokens import public_id, seal, unseal
from portal.outbox.actions import post
from portal.outbox.letters import Draft

log = structlog.get_logger("portal.activity")

# The letters that open nothing: they tell what was done, or name a public page. Every other letter of allauth carries
# a link or code and is sealed, so that a letter added by a new version is a secret until somebody looked at it.
HARMLESS_LETTERS = frozenset(
    {
        "account/email/account_already_exists",
        "account/email/email_changed",
        "account/email/email_confirm",
        "account/email/email_deleted",
        "account/email/password_changed",
        "account/email/password_reset",
        "account/email/password_set",
        "account/email/unknown_account",
        "mfa/email/recovery_codes_generated",
        "mfa/email/totp_activated",
        "mfa/email/totp_deactivated",
        "mfa/email/webauthn_added",
        "mfa/email/webauthn_removed",
    }
)


class AuthenticationBackend(AllauthBackend):
    """Loads the visitor together with what every request asks: whether they have a second factor, where they belong,
    and what staff may. No query of their own per page."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.visitor(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> Any:
        """As Django's; of staff who make the request they are known already."""
        known = getattr(user_obj, "granted", None)  # a visitor who is nobody has no such thing
        if known is None or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        return known


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Composes allauth's letter in its reader's language and posts it; what opens something is sealed."""
        user = context.get("user") or _signed_in()
        words = {"request": self.request, "email": email, "current_site": get_current_site(self.request), **context}
        language = user.language if user else translation.get_language()
        with translation.override(language), timezone.override(user.time_zone if user else None):
            message = self.render_mail(template_prefix, email, words)
        html = next((str(body) for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
        draft = Draft(
            key=f"{template_prefix.rsplit('/', 1)[-1]}:{public_id()}",
            to=email,
            subject=message.subject,
            text=str(message.body),
            html=html,
            about=user,
            user_id=user.pk if user else None,
            secret=template_prefix not in HARMLESS_LETTERS,
        )
        post(draft)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that `portal.web.middleware.ClientAddress` trusts, so rate limits count the right visitor."""
        return request.META["REMOTE_ADDR"] or "0.0.0.0"  # noqa: S104  # a stand-in for "unknown", never bound

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/admin/" if request.user.is_staff else settings.LOGIN_REDIRECT_URL

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        methods = [one["method"] for one in get_authentication_records(request, user)]
        log.info("logged_in", user_id=user.pk, methods=methods, is_staff=user.is_staff)
        return super().post_login(request, user, **options)

    def logout(self, request: HttpRequest) -> None:
        log.info("logged_out", user_id=request.user.pk)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log.warning("log_in_failed")


class SecondFactorAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Staff may change their second factor but not end up without one."""
        user = authenticator.user
        if not user.is_staff or not settings.STAFF_SECOND_FACTOR:
            return super().can_delete_authenticator(authenticator)
        others = user.authenticator_set.exclude(pk=authenticator.pk).exclude(type="recovery_codes")
        return authenticator.type == "recovery_codes" or others.exists()

    def encrypt(self, text: str) -> str:
        """The keys of authenticator apps and the recovery codes are kept encrypted."""
        return seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text.encode())


def has_second_factor(user: User) -> bool:
    """Whether the user enrolled an authenticator app or a security key (recovery codes alone do not count)."""
    known = getattr(user, "is_enrolled", None)  # set by visitor and with_second_factor
    return User.objects.with_second_factor().filter(pk=user.pk, is_enrolled=True).exists() if known is None else known


def _signed_in() -> User | None:
    request = context.request
    return request.user if request is not None and request.user.is_authenticated else None
