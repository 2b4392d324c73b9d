"""The help center in the staff workspace; imported here, each part registers its models."""

from helpcenter.admin import articles, reading, shelves

__all__ = ["articles", "reading", "shelves"]
