from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.events.admin import ReadOnlyAdmin
from portal.lib.refusals import Refused
from portal.outbox.actions import resend, words_of
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
    list_display = ["url", "organization_id", "created_at", "quarantined_at", "quarantine_reason"]


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    list_display = ["posted_at", "event_name", "endpoint", "state", "attempts", "status_code", "error"]
    list_filter = ["state"]
    ordering = ["-pk"]
    list_select_related = ["endpoint"]
