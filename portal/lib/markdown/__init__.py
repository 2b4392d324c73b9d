"""Markdown to safe HTML: rendered once when an article is saved, sanitised by an explicit allow list (`cleaning`)."""

from portal.lib.markdown.anchors import anchor
from portal.lib.markdown.captions import spoken
from portal.lib.markdown.fences import outside_code
from portal.lib.markdown.rendering import render, render_message
from portal.lib.markdown.terms import expanded
from portal.lib.markdown.values import File, Rendered, Section, Surroundings
from portal.lib.markdown.words import plain, sections

__all__ = [
    "File",
    "Rendered",
    "Section",
    "Surroundings",
    "anchor",
    "expanded",
    "outside_code",
    "plain",
    "render",
    "render_message",
    "sections",
    "spoken",
]
