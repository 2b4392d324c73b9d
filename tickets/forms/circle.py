from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.states import MemberRole
from tickets.models import Ticket


class CopyForm(forms.Form):
    address = forms.EmailField(label=_("Email address"), max_length=254)


class FollowerForm(forms.Form):
    """Colleagues, and the owners of the customer's organization."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())

    def __init__(self, *args: Any, ticket: Ticket, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["user"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # tells the type checker
        reads = Q(pk__in=User.objects.staff().who_may("tickets.view_ticket").values("pk"))
        owns = Q(memberships__organization=ticket.organization_id, memberships__role=MemberRole.OWNER)
        who = reads | owns if ticket.organization_id else reads
        found = User.objects.filter(who, is_active=True).exclude(pk=ticket.requester_id)
        field.queryset = found.distinct().order_by("name", "email")
