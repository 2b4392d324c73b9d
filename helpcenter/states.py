from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    CUSTOMER = "customer", _("Customers and the public")
    OPERATIONS = "operations", _("Internal operations")
    ENGINEERING = "engineering", _("Engineering")


class ArticleState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class VoteReason(models.TextChoices):
    WRONG = "wrong", _("Something is wrong or out of date")
    UNCLEAR = "unclear", _("It is hard to follow")
    MISSING = "missing", _("My question is not answered")
    OTHER = "other", _("Something else")


# Words that are pages of the help center, so that no category may be called so.
RESERVED_SLUGS = ["search", "suggest", "ask", "a"]
