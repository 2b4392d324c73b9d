"""The help center in the staff workspace; imported here, each part registers its models."""

from helpcenter.admin import articles, asking, files, finding, reading, shelves

__all__ = ["articles", "asking", "files", "finding", "reading", "shelves"]
