from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

import portal.accounts.actions as accounts
from portal.accounts.adapter import has_second_factor
from portal.accounts.models import User

# Where staff without a second factor may still go: enrolling, proving who they are, leaving.
OPEN_PREFIXES = ("/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/", "/static/")


class StaffSecondFactor:
    """Staff without a second factor are sent to enrol and nowhere else.

    Enrolling the first one ends every other session of theirs: those were opened by a password alone.
    Whether they have one comes with the user's own row (`AuthenticationBackend.get_user`), so taking the factor away
    takes effect on the very next request, and asking costs no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._lacks_one(request):
            return self.get_response(request)
        if not request.path.startswith(OPEN_PREFIXES):
            return redirect("mfa_index")
        response = self.get_response(request)
        if request.method == "POST":
            self._end_sessions_of_the_newly_enrolled(request)
        return response

    def _lacks_one(self, request: HttpRequest) -> bool:
        if not settings.STAFF_SECOND_FACTOR or request.path.startswith("/static/"):
            return False
        user = request.user
        return user.is_authenticated and user.is_staff and not has_second_factor(user)

    def _end_sessions_of_the_newly_enrolled(self, request: HttpRequest) -> None:
        found = User.objects.with_second_factor().filter(pk=request.user.pk, is_enrolled=True).first()
        if found is not None:
            accounts.end_sessions(user=found, but=request.session.session_key)
