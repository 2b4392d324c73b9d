from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db.models import Q


def use_code(*, authenticator: Authenticator, code: str) -> bool:
    """Uses up a code that an authenticator app shows, with every code before it. False when it was used up before.

    The step that was used stays with the authenticator (RFC 6238, 5.2): allauth remembers a code for one step in the
    cache, but takes it for three.
    """
    secret = get_adapter().decrypt(authenticator.data["secret"])
    steps = [
        step
        for step in yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step)))
    ]
    if not steps:
        return False
    is_new = ~Q(data__has_key="step") | Q(data__step__lt=max(steps))
    known = Authenticator.objects.filter(is_new, pk=authenticator.pk)
    return bool(known.update(data={**authenticator.data, "step": max(steps)}))
