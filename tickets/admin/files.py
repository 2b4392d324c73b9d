from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.lib.model_admin import ReadOnlyAdmin
from tickets.models import Attachment


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    """What people attached, and what the virus scan says of it: what waits, what was quarantined."""

    list_display = ["name", "ticket", "state", "problem", "content_type", "size", "uploaded_by", "uploaded_at"]
    list_filter = ["state"]
    list_select_related = ["message__ticket", "uploaded_by"]
    search_fields = ["name", "=message__ticket__number"]
    ordering = ["-pk"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        """Sent ones: what somebody has not sent is theirs alone."""
        return super().get_queryset(request).filter(message__isnull=False)

    @admin.display(description=_("ticket"))
    def ticket(self, attachment: Attachment) -> str:
        return str(attachment.message.ticket) if attachment.message else "–"
