"""A storage that is a bucket: no path, and links that it signs itself."""

from urllib.parse import urlencode

from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible


@deconstructible
class Bucket(Storage):
    def url(self, name: str | None, parameters: dict[str, str] | None = None, expire: int = 0) -> str:
        return f"https://bucket.example/{name}?{urlencode({'expire': expire, **(parameters or {})})}"
