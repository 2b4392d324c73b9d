from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.lib.file_kinds import PICTURES
from portal.lib.tokens import PublicIdField, public_id
from tickets.models.tickets import Message
from tickets.querysets import AttachmentQuerySet
from tickets.states import FileState


def store() -> Storage:
    """Where the bytes are: chosen by the environment."""
    return storages["attachments"]


def random_name(_attachment: models.Model, _name: str) -> str:
    """Nothing of the name that a person gave reaches the storage."""
    made = public_id()
    return f"{made[:2].lower()}/{made}"


class Attachment(models.Model):
    """A file that somebody handed in. Until a message takes it, it belongs to who uploaded it; then who may read the
    message may read it, nobody else. With a `network` it is a visitor's: nobody's at all, until their address is
    proven."""

    public_id = PublicIdField()
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="attachments", verbose_name=_("message")
    )
    held = models.ForeignKey(
        "HeldReply", models.SET_NULL, null=True, blank=True, related_name="files", verbose_name=_("answer on its way")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    filing = models.ForeignKey(
        "GuestFiling", models.SET_NULL, null=True, blank=True, related_name="files", verbose_name=_("filing of a guest")
    )
    network = models.CharField(
        _("digest of the network address"),
        max_length=32,
        blank=True,
        editable=False,
        help_text=_("Of a visitor who has not proven an address yet; then it is forgotten."),
    )
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    stored = models.FileField(_("kept as"), storage=store, upload_to=random_name, max_length=60, editable=False)
    thumbnail = models.FileField(
        _("small picture"), storage=store, upload_to=random_name, max_length=60, blank=True, editable=False
    )
    state = models.CharField(_("state"), max_length=10, choices=FileState, default=FileState.READY)
    problem = models.CharField(_("what the scanner says"), max_length=200, blank=True)
    check_at = models.DateTimeField(
        _("looked at again"), null=True, blank=True, help_text=_("For the virus scan and the small picture.")
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attached file")
        verbose_name_plural = _("attached files")
        constraints = [
            models.CheckConstraint(name="attachment_state_known", condition=Q(state__in=FileState.values)),
            models.CheckConstraint(
                name="attachment_waiting_is_looked_at",
                condition=~Q(state=FileState.WAITING) | Q(check_at__isnull=False),
            ),
            models.CheckConstraint(
                name="attachment_of_message_is_not_dropped", condition=Q(message=None) | Q(dropped_at=None)
            ),
            models.CheckConstraint(
                name="attachment_of_a_stranger_is_nowhere",
                condition=Q(network="") | Q(message=None, held=None, uploaded_by=None),
            ),
            models.CheckConstraint(
                name="attachment_of_a_filing_is_a_stranger_s", condition=Q(filing=None) | ~Q(network="")
            ),
        ]
        indexes = [
            models.Index(fields=["check_at"], name="attachment_to_check", condition=Q(check_at__isnull=False)),
            models.Index(fields=["uploaded_at"], name="attachment_unsent", condition=Q(message=None)),
            models.Index(fields=["network", "uploaded_at"], name="attachment_of_strangers", condition=~Q(network="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("tickets:file", args=[self.public_id])

    @property
    def is_picture(self) -> bool:
        return self.content_type in PICTURES

    @property
    def is_ready(self) -> bool:
        return self.state == FileState.READY
