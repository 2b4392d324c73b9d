"""What the demo's people attach: a screenshot, drawn here, and a log."""

import io
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from portal.accounts.models import User
from tickets import actions as tickets

WIDTH, HEIGHT = 640, 360
PAPER, INK, MUTED, LINE, ALARM = "#ffffff", "#1d2b3a", "#7a8896", "#2f6fb2", "#b3372f"
PRICES = [212, 205, 208, 190, 196, 178, 182, 165, 171, 150, 158, 141, 149, 128, 136, 120]
LOG_LINES = 24


def upload(*, name: str, by: User, now: datetime) -> str:
    """Uploads a file of that name for that person and answers its public id."""
    content = _screenshot(name) if name.endswith(".png") else _log(now)
    return tickets.keep_upload(upload=tickets.Upload(name, ContentFile(content, name)), by=by, now=now).public_id


def _screenshot(name: str) -> bytes:
    """A window with a chart, its title the file's name in words, and what went wrong in red."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH, 34), fill=INK)
    pen.text((14, 11), name.removesuffix(".png").replace("-", " ").capitalize(), fill=PAPER)
    for row in range(5):
        pen.line((40, 90 + row * 50, WIDTH - 40, 90 + row * 50), fill="#dde3ea")
        pen.text((8, 84 + row * 50), f"{1.09 - row * 0.01:.2f}", fill=MUTED)
    step = (WIDTH - 80) / (len(PRICES) - 1)
    pen.line([(40 + step * place, 60 + price) for place, price in enumerate(PRICES)], fill=LINE, width=3)
    pen.rectangle((380, 250, 600, 320), outline=ALARM, width=3)
    pen.text((394, 268), "Delivered 08:42:17", fill=ALARM)
    pen.text((394, 288), "Issued    08:31:04", fill=ALARM)
    made = io.BytesIO()
    picture.quantize(16).save(made, "PNG")
    return made.getvalue()


def _log(now: datetime) -> bytes:
    """Calls to a webhook, one a minute; now and then one is too late."""
    lines = []
    for number in range(LOG_LINES):
        at = now - timedelta(minutes=LOG_LINES - number)
        took, status = (10_004, 408) if number % 7 == 5 else (40 + number * 13 % 90, 200)
        lines.append(f"{at:%Y-%m-%dT%H:%M:%SZ} POST /hooks/signals SIG-{20100 + number} {status} {took}ms")
    return "\n".join([*lines, ""]).encode()
