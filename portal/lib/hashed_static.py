"""Static files under names that carry a hash of their content, compressed once at deployment."""

from functools import lru_cache
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatic(CompressedManifestStaticFilesStorage):
    """whitenoise's storage; the address of a file, which cannot change while a process lives, is looked up once."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.url = lru_cache(maxsize=None)(super().url)
