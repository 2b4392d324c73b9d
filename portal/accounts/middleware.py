from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.accounts.adapter import has_second_factor

# Where staff without a second factor may still go: enrolling, proving who they are, leaving.
OPEN_PREFIXES = ("/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/", "/static/")


class StaffSecondFactor:
    """Staff without a second factor are sent to enrol and nowhere else.

    Whether they have one comes with the user's own row (`AuthenticationBackend.get_user`), so taking the factor away
    takes effect on the very next request, and asking costs no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_enrol(request):
            return redirect("mfa_index")
        return self.get_response(request)

    def _must_enrol(self, request: HttpRequest) -> bool:
        if not settings.STAFF_SECOND_FACTOR or request.path.startswith(OPEN_PREFIXES):
            return False
        user = request.user
        return user.is_authenticated and user.is_staff and not has_second_factor(user)  # type: ignore[arg-type]
