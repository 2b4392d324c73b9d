"""The customer's own pages: the people of an organization, the profile, API tokens; and a brand's logo and color."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import portal.accounts.actions as accounts
from portal.accounts.adapter import AccountAdapter
from portal.accounts.context import actor
from portal.accounts.forms import (
    ApiTokenForm,
    FoundOrganizationForm,
    InvitationForm,
    OrganizationForm,
    ProfileForm,
    RoleForm,
)
from portal.accounts.models import ApiToken, Brand, Invitation, Membership, Organization
from portal.accounts.states import INVITING_ROLES, MemberRole
from portal.lib.clock import moment
from portal.lib.tokens import digest
from portal.web.htmx import done, page

ORGANIZATION_PAGE = "accounts/organization.html"
TOKENS_PAGE = "accounts/tokens.html"


def organization(request: HttpRequest) -> HttpResponse:
    """The people of one organization (`?of=` chooses among several); a form to make one for a person without."""
    mine = list(Organization.objects.of_member(request.user).select_related("tier").order_by("name"))
    if not mine:
        return page(request, "accounts/no_organization.html", {"form": FoundOrganizationForm()})
    wanted = request.GET.get("of", mine[0].public_id)
    found = next((one for one in mine if one.public_id == wanted), None)
    if found is None:
        raise Http404
    return page(request, ORGANIZATION_PAGE, {**_people(request, found), "mine": mine}, parts=["people"])


@require_POST
def found_organization(request: HttpRequest) -> HttpResponse:
    form = FoundOrganizationForm(request.POST)
    if not form.is_valid():
        return page(request, "accounts/no_organization.html", {"form": form}, status=422)
    user = actor(request)
    accounts.sign_up(user=user, organization_name=form.cleaned_data["name"], time_zone=user.time_zone)
    return redirect("accounts:organization")


@require_http_methods(["GET", "POST"])
def change_organization(request: HttpRequest, public_id: str) -> HttpResponse:
    """Name, zone and language of an organization."""
    found = get_object_or_404(Organization.objects.visible_to(request.user), public_id=public_id)
    initial = {"name": found.name, "time_zone": found.time_zone, "language": found.language}
    form = OrganizationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        accounts.change_organization(
            organization=found, to=accounts.Particulars(**form.cleaned_data), by=actor(request)
        )
        messages.success(request, _("The organization's details are saved."))
        return redirect(_page_of(found))
    context = {"form": form, "organization": found}
    return page(request, "accounts/organization_form.html", context, status=422 if form.errors else 200)


@require_POST
def invite(request: HttpRequest, public_id: str) -> HttpResponse:
    found = get_object_or_404(Organization.objects.visible_to(request.user), public_id=public_id)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return page(request, ORGANIZATION_PAGE, _people(request, found, form), parts=["people"], status=422)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    accounts.invite(organization=found, email=email, role=role, by=actor(request))
    return _people_changed(request, found, _("An invitation is on its way to %(email)s.") % {"email": email})


@require_POST
def revoke_invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    visible = Organization.objects.visible_to(request.user)
    found = get_object_or_404(
        Invitation.objects.select_related("organization__tier").filter(organization__in=visible), public_id=public_id
    )
    accounts.revoke_invitation(invitation=found, by=actor(request))
    return _people_changed(request, found.organization, _("The invitation is taken back."))


@login_not_required
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Shows who invites; a POST joins. Somebody without a session is sent to sign up or log in and comes back.

    Opening the link changes nothing, since mail scanners open links.
    """
    found = Invitation.objects.open(moment(None)).select_related("organization", "invited_by")
    invitation = found.filter(secret_digest=digest(secret)).first()
    if invitation is None:
        return page(request, "accounts/invitation_gone.html", {}, status=410)
    if request.method == "GET":
        context = {"invitation": invitation, "is_for_reader": _is_for(invitation, request.user)}
        return page(request, "accounts/invitation.html", context)
    if not request.user.is_authenticated:
        return _sent_to_the_door(request, invitation)
    membership = accounts.accept_invitation(secret=secret, by=actor(request))
    messages.success(request, _("Welcome to %(organization)s.") % {"organization": membership.organization})
    return redirect(_page_of(membership.organization))


def _sent_to_the_door(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """To sign up or log in, and back. Who holds the link has read the letter: the address needs no second proof."""
    if "log_in" in request.POST:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    AccountAdapter(request).stash_verified_email(request, invitation.email)
    return redirect(f"{reverse('account_signup')}?{urlencode({'next': request.path, 'email': invitation.email})}")


def _is_for(invitation: Invitation, reader: Any) -> bool:
    return reader.is_authenticated and reader.email.lower() == invitation.email.lower()


@require_POST
def change_role(request: HttpRequest, public_id: str, member: str) -> HttpResponse:
    membership = _membership(request, public_id, member)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return page(request, ORGANIZATION_PAGE, _people(request, membership.organization), parts=["people"], status=422)
    accounts.change_role(membership=membership, role=form.cleaned_data["role"], by=actor(request))
    said = _("%(person)s has a new role.") % {"person": membership.user}
    return _people_changed(request, membership.organization, said)


@require_POST
def remove_member(request: HttpRequest, public_id: str, member: str) -> HttpResponse:
    membership = _membership(request, public_id, member)
    accounts.remove_member(membership=membership, by=actor(request))
    if membership.user == request.user:
        return redirect("accounts:organization")
    said = _("%(person)s is no longer a member.") % {"person": membership.user}
    return _people_changed(request, membership.organization, said)


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, zone and language of the reader; of staff their quiet hours too."""
    user = actor(request)
    form = ProfileForm(request.POST or None, initial=vars(accounts.Profile.of(user)), is_staff=user.is_staff)
    if request.method == "POST" and form.is_valid():
        accounts.change_profile(user=user, profile=accounts.Profile(**form.cleaned_data), by=user)
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:profile")
    context = {"form": form}
    return page(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The reader's API tokens. A new one's secret stands in this one answer and nowhere else."""
    form = ApiTokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        user, lasts = actor(request), form.valid_for()
        wanted = accounts.Wanted(form.cleaned_data["name"], form.cleaned_data["scopes"], lasts)
        _token, secret = accounts.create_api_token(wanted=wanted, user=user)
        form = ApiTokenForm()
    context = {**_tokens(request), "form": form, "secret": secret}
    return page(request, TOKENS_PAGE, context, parts=["tokens"], status=422 if form.errors else 200)


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=token_id, user=request.user)
    accounts.revoke_api_token(token=token, by=actor(request))
    return done(
        request,
        TOKENS_PAGE,
        lambda: {**_tokens(request), "form": ApiTokenForm()},
        to=reverse("accounts:tokens"),
        parts=["tokens"],
        said=_("The token is revoked."),
    )


@login_not_required
@require_GET
def brand_logo(request: HttpRequest, brand_id: int, version: str) -> HttpResponse:
    """A brand's logo. Its own policy forbids everything, so an SVG with a script in it stays a picture."""
    logo = get_object_or_404(Brand, pk=brand_id).logo_svg
    if not logo or digest(logo)[:12] != version:
        raise Http404
    response = HttpResponse(logo, content_type="image/svg+xml", headers={"Cache-Control": _FOREVER})
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@login_not_required
@require_GET
def brand_stylesheet(request: HttpRequest, color: str) -> HttpResponse:
    """A brand's color as the one property that the pages derive theirs from."""
    return HttpResponse(
        f":root {{ --brand: #{color}; }}\n", content_type="text/css", headers={"Cache-Control": _FOREVER}
    )


_FOREVER = "public, max-age=31536000, immutable"


def _people(request: HttpRequest, found: Organization, form: InvitationForm | None = None) -> dict[str, Any]:
    members = list(found.memberships.select_related("user").order_by("joined_at", "pk"))
    invitations = list(found.invitations.open(moment(None)).select_related("invited_by").order_by("invited_at"))
    own = next((one.role for one in members if one.user_id == request.user.pk), "")
    return {
        "organization": found,
        "members": members,
        "invitations": invitations,
        "seats_taken": len(members) + len(invitations),
        "is_owner": own in INVITING_ROLES or actor(request).has_perm("accounts.change_organization"),
        "roles": MemberRole.choices,
        "form": form or InvitationForm(),
    }


def _people_changed(request: HttpRequest, found: Organization, said: str) -> HttpResponse:
    return done(
        request, ORGANIZATION_PAGE, lambda: _people(request, found), to=_page_of(found), parts=["people"], said=said
    )


def _page_of(found: Organization) -> str:
    return f"{reverse('accounts:organization')}?{urlencode({'of': found.public_id})}"


def _membership(request: HttpRequest, public_id: str, member: str) -> Membership:
    visible = Organization.objects.visible_to(request.user)
    people = Membership.objects.select_related("user", "organization__tier").filter(organization__in=visible)
    return get_object_or_404(people, organization__public_id=public_id, user__public_id=member)


def _tokens(request: HttpRequest) -> dict[str, Any]:
    return {"tokens": ApiToken.objects.live(moment(None)).filter(user=request.user).order_by("-created_at")}
