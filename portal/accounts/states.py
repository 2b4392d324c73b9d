from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.privacy import ORGANIZATION, PERSON


class MemberRole(models.TextChoices):
    OWNER = "owner", _("Owner")
    BILLING = "billing", _("Billing")
    MEMBER = "member", _("Member")


class StaffRole(models.TextChoices):
    AGENT_L1 = "agent-l1", _("Agent L1")
    AGENT_L2 = "agent-l2", _("Agent L2")
    AGENT_L3 = "agent-l3", _("Agent L3 / engineering")
    LEAD = "lead", _("Team lead")
    SUCCESS_MANAGER = "success-manager", _("Customer success manager")
    INCIDENT_COMMANDER = "incident-commander", _("Incident commander")
    EXECUTIVE = "executive", _("Executive")
    ADMINISTRATOR = "administrator", _("Administrator")


class TokenScope(models.TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Read and write")
    METRICS = "metrics", _("Push metrics and alerts")


INVITING_ROLES = [MemberRole.OWNER]
PAYING_ROLES = [MemberRole.OWNER, MemberRole.BILLING]


class SubjectKind(models.TextChoices):
    """Whom an export or an erasure is about."""

    PERSON = PERSON, _("Person")
    ORGANIZATION = ORGANIZATION, _("Organization")


class ExportState(models.TextChoices):
    ASKED = "asked", _("Being made")
    MADE = "made", _("Ready")
    FAILED = "failed", _("Failed")
