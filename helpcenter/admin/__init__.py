"""The help center in the staff workspace; imported here, each part registers its models."""

from helpcenter.admin import articles, files, reading, shelves

__all__ = ["articles", "files", "reading", "shelves"]
