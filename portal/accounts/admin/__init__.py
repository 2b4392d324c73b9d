from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401  # registers by being imported; taken out again below
import django.contrib.auth.admin  # noqa: F401  # likewise, as the two above
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.decorators import action

import portal.accounts.actions as accounts
from portal.accounts import admin_views
from portal.accounts.admin.privacy import PrivacyActions
from portal.accounts.context import actor
from portal.accounts.models import ApiToken, Brand, Invitation, Membership, Organization, Tier, User
from portal.accounts.templatetags.happened import newest_lines
from portal.events.models import Event
from portal.lib.model_admin import ModelAdmin, ReadOnlyAdmin

# The admin's log-in is allauth's, with its second factor and rate limits; and so is the change of a password.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's way
admin.site.password_change = lambda request, extra_context=None: redirect("account_change_password")  # type: ignore  # another shape

# Roles are code (`portal.accounts.roles`); sessions and second factors hold secrets that staff have no need to see.
for kept_out in (Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(kept_out)


def told(events: QuerySet[Event]) -> str:
    """The newest of these events as sentences."""
    return render_to_string("admin/accounts/timeline.html", {"lines": newest_lines(events)})


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    fields = ["user", "organization", "role", "joined_at"]
    readonly_fields = fields
    can_delete = False
    hide_title = True
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "organization")


@admin.register(Organization)
class OrganizationAdmin(PrivacyActions, ModelAdmin):
    list_display = ["name", "tier", "people", "created_at"]
    list_filter = ["tier"]
    search_fields = ["name", "=public_id", "users__email"]
    list_select_related = ["tier"]
    ordering = ["name"]
    show_full_result_count = False
    fields = ["name", "time_zone", "language", "tier", "entitlement", "fares", "created_at", "public_id", "timeline"]
    readonly_fields = ["tier", "entitlement", "fares", "created_at", "public_id", "timeline"]
    inlines = [MembershipInline]
    actions_detail = [
        "change_plan",
        "change_tier",
        {"title": _("Privacy"), "items": ["ask_export", "ask_erasure", "keep"]},
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        return super().get_queryset(request).annotate(people_count=Count("memberships"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # sign-up makes organizations

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Organization, form: Any, change: bool) -> None:
        to = accounts.Particulars(obj.name, obj.time_zone, obj.language)
        accounts.change_organization(organization=obj, to=to, by=actor(request))

    @admin.display(description=_("people"), ordering="people_count")
    def people(self, organization: Organization) -> int:
        return organization.people_count  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=_("entitled to"))
    def entitlement(self, organization: Organization) -> str:
        return render_to_string("admin/accounts/entitlement.html", {"entitlement": organization.entitlement})

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [one for one in self.fields if one != "fares" or request.user.has_perm("success.view_health")]

    @admin.display(description=_("health"))
    def fares(self, organization: Organization) -> str:
        """Customer success is a floor above: its panel is met by its URL."""
        return render_to_string("admin/accounts/health.html", {"organization": organization})

    @admin.display(description=_("timeline"))
    def timeline(self, organization: Organization) -> str:
        return told(Event.objects.of_organization(organization))

    @action(description=_("Change plan"), permissions=["change_plan"], icon="sell")
    def change_plan(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Money is a floor above: its page is met by its URL."""
        return redirect(f"{reverse('admin:billing_subscription_add')}?organization={object_id}")

    def has_change_plan_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("billing.add_subscription")

    @action(description=_("Change tier"), permissions=["change"], icon="workspace_premium")
    def change_tier(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.change_tier(request, self, object_id)


@admin.register(User)
class UserAdmin(PrivacyActions, ModelAdmin):
    list_display = ["email", "name", "is_staff", "is_active", "second_factor", "joined_at"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["email", "name", "=public_id"]
    ordering = ["email"]
    show_full_result_count = False
    fields = ["email", "name", "time_zone", "language", "quiet_from", "quiet_until", "is_active", "is_staff",
              "staff_roles", "second_factor", "joined_at", "last_login", "public_id", "timeline"]  # fmt: skip
    readonly_fields = ["email", "is_active", "is_staff", "staff_roles", "second_factor", "joined_at", "last_login",
                       "public_id", "timeline"]  # fmt: skip
    inlines = [MembershipInline]
    actions_detail = [
        "change_staff_roles",
        {"title": _("Account"), "items": ["send_password_letter", "reset_second_factor", "deactivate", "reactivate"]},
        {"title": _("Privacy"), "items": ["ask_export", "ask_erasure", "keep"]},
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.with_second_factor()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Staff are added without a password; customers sign up themselves or are invited."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return admin_views.add_staff(request, self)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        accounts.change_profile(user=obj, profile=accounts.Profile.of(obj), by=actor(request))

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return user.is_enrolled  # type: ignore[attr-defined]  # annotated by with_second_factor

    @admin.display(description=_("staff roles"))
    def staff_roles(self, user: User) -> str:
        return ", ".join(sorted(user.roles)) or "-"

    @admin.display(description=_("timeline"))
    def timeline(self, user: User) -> str:
        return told(Event.objects.about(user))

    @action(description=_("Change staff roles"), permissions=["change"], icon="badge")
    def change_staff_roles(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.change_staff_roles(request, self, object_id)

    @action(description=_("Send a password letter"), permissions=["change"])
    def send_password_letter(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.send_password_letter(request, self, object_id)

    @action(description=_("Take the second factor away"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.reset_second_factor(request, self, object_id)

    @action(description=_("Close the account"), permissions=["change"])
    def deactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.deactivate(request, self, object_id)

    @action(description=_("Open the account again"), permissions=["change"])
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.reactivate(request, self, object_id)


@admin.register(Tier)
class TierAdmin(ModelAdmin):
    list_display = ["name", "rank", "seats", "has_phone", "has_success_manager", "api_requests_per_minute"]
    ordering = ["rank"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["slug", "rank"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Brand)
class BrandAdmin(ModelAdmin):
    list_display = ["name", "is_default", "hosts", "accent"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = [
        "email",
        "organization",
        "role",
        "invited_by",
        "invited_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    ]
    search_fields = ["email", "organization__name"]
    list_select_related = ["organization", "invited_by"]
    ordering = ["-pk"]
    actions = ["revoke"]

    @admin.action(description=_("Take back"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        for invitation in queryset.select_related("organization"):
            accounts.revoke_invitation(invitation=invitation, by=actor(request))
        messages.success(request, _("The chosen invitations open nothing any more."))

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_organization")


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ["name", "user", "prefix", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at"]
    search_fields = ["name", "user__email", "=prefix"]
    list_select_related = ["user"]
    ordering = ["-pk"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            accounts.revoke_api_token(token=token, by=actor(request))
        count = queryset.count()
        messages.success(request, ngettext("%d token is revoked.", "%d tokens are revoked.", count) % count)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apitoken")
