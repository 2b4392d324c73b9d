from django.db import models

from billing.states import SubscriptionState


class PlanQuerySet(models.QuerySet):
    def public(self) -> "PlanQuerySet":
        """Those on the pricing page, with their tier."""
        return self.filter(is_public=True).select_related("tier").order_by("position", "pk")


class SubscriptionQuerySet(models.QuerySet):
    def active(self) -> "SubscriptionQuerySet":
        return self.filter(state=SubscriptionState.ACTIVE)

    def of_organization(self, organization: models.Model) -> "SubscriptionQuerySet":
        return self.filter(organization_id=organization.pk)
