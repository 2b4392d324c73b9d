"""Tickets for programs. Each module adds its endpoints to the one router."""

from tickets.api import changing, files, reading, talking
from tickets.api.shapes import router

__all__ = ["changing", "files", "reading", "router", "talking"]
