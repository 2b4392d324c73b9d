from portal.accounts.models.access import ApiToken, IdempotencyKey, Invitation
from portal.accounts.models.organizations import Brand, Entitlement, Membership, Organization, Tier
from portal.accounts.models.privacy import Erasure, Export, RetentionRule
from portal.accounts.models.users import User

__all__ = [
    "ApiToken",
    "Brand",
    "Entitlement",
    "Erasure",
    "Export",
    "IdempotencyKey",
    "Invitation",
    "Membership",
    "Organization",
    "RetentionRule",
    "Tier",
    "User",
]
