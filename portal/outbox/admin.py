from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.model_admin import ReadOnlyAdmin
from portal.lib.refusals import Refused
from portal.outbox.actions import add_endpoint, release, replay_dead, resend, words_of
from portal.outbox.forms import EndpointForm
from portal.outbox.models import Endpoint, Letter, Webhook


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    list_display = ["posted_at", "to", "subject", "state", "attempts", "sent_at"]
    list_filter = ["state", "is_secret"]
    search_fields = ["=to", "subject", "=message_id", "=about_id"]
    ordering = ["-pk"]
    show_full_result_count = False
    actions = ["send_again"]
    fields = ["to", "subject", "state", "attempts", "next_at", "posted_at", "sent_at", "error", "message_id", "preview"]
    readonly_fields = ["preview"]

    @admin.display(description=_("preview"))
    def preview(self, letter: Letter) -> str:
        """The letter as it reads; letters with a secret only in a demo on one's own machine."""
        if letter.is_secret and not settings.SHOW_SECRET_LETTERS:
            return str(_("This letter carries a secret and is not shown."))
        try:
            words = words_of(letter)
        except ValueError as error:
            return str(error)
        return format_html('<iframe class="letter-preview" sandbox="" title="{}" srcdoc="{}"></iframe><pre>{}</pre>',
                           letter.subject, words["html"], words["text"])  # fmt: skip

    @admin.action(description=_("Send again"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        sent = 0
        for letter in queryset:
            try:
                resend(letter=letter, by=request.user)  # type: ignore[arg-type]  # staff only, never anonymous
                sent += 1
            except Refused as refusal:
                messages.warning(request, f"{letter.subject}: {refusal}")
        messages.success(request, ngettext("%d letter goes out again.", "%d letters go out again.", sent) % sent)

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.change_letter")


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    form = EndpointForm
    list_display = ["url", "organization_id", "created_at", "quarantined_at", "quarantine_reason"]
    search_fields = ["url", "=organization_id"]
    ordering = ["-pk"]
    actions = ["release_quarantine"]

    def get_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> list[str]:
        wanted = ["url", "organization_id", "events"]
        secret = ["signing_secret"] if request.user.has_perm("outbox.change_endpoint") else []
        return [*wanted, "created_at", "quarantined_at", "quarantine_reason", *secret] if obj else wanted

    def get_readonly_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> list[str]:
        return ["created_at", "quarantined_at", "quarantine_reason", "signing_secret"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.add_endpoint")

    @admin.display(description=_("signing secret"))
    def signing_secret(self, endpoint: Endpoint) -> str:
        return endpoint.secret

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        add_endpoint(endpoint=obj, by=request.user)  # type: ignore[arg-type]  # staff only, never anonymous

    @admin.action(description=_("Release from quarantine"), permissions=["release"])
    def release_quarantine(self, request: HttpRequest, queryset: QuerySet[Endpoint]) -> None:
        for endpoint in queryset:
            release(endpoint=endpoint, by=request.user)  # type: ignore[arg-type]  # staff only, never anonymous
        messages.success(request, _("The chosen endpoints are called again."))

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.change_endpoint")


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ["posted_at", "event_name", "endpoint", "state", "attempts", "status_code", "error"]
    list_filter = ["state"]
    ordering = ["-pk"]
    list_select_related = ["endpoint"]
    show_full_result_count = False
    actions = ["replay"]

    @admin.action(description=_("Replay dead webhooks"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Webhook]) -> None:
        count = replay_dead(webhooks=queryset, by=request.user)  # type: ignore[arg-type]  # staff only
        messages.success(request, ngettext("%d webhook goes out again.", "%d webhooks go out again.", count) % count)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.change_webhook")
