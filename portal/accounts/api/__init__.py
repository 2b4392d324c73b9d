"""The door for machines. Every endpoint of every app is made by `endpoint`, so all keep the same manners."""

from portal.accounts.api.answers import etag_of, problem, told
from portal.accounts.api.doors import BYTES, OPEN, READS, WRITES, Bearer, Manner, endpoint, fresh
from portal.accounts.api.endpoints import router
from portal.accounts.api.paging import Listing, Page, Paged, Sort, make_cursor, read_cursor
from portal.accounts.api.schemas import Given, Named, Text, Told

__all__ = [
    "BYTES",
    "OPEN",
    "READS",
    "WRITES",
    "Bearer",
    "Given",
    "Listing",
    "Manner",
    "Named",
    "Page",
    "Paged",
    "Sort",
    "Text",
    "Told",
    "endpoint",
    "etag_of",
    "fresh",
    "make_cursor",
    "problem",
    "read_cursor",
    "router",
    "told",
]
