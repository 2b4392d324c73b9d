"""Makes the pictures and the clip of the shipped articles from a running demo: `python -m tests.browser.tour URL`.

Each scene is a page of the demo with the words said to it. Chromium itself records the clip (a canvas and its
MediaRecorder); with ffmpeg on PATH (or named by FFMPEG) it is made smaller, with an index, so that players know its
length at once.
"""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import find

CONTENT = Path(__file__).resolve().parents[2] / "helpcenter" / "content" / "customer"
SIZE = {"width": 1280, "height": 720}
WHO, PASSWORD = (
    os.environ.get("TOUR_EMAIL", "amelia@meridian.example"),
    os.environ.get("TOUR_PASSWORD", "signals at nine"),
)


@dataclass(frozen=True)
class Scene:
    """What is seen, for how long, and what is said to it."""

    said: str
    seconds: float
    play: Callable[[Page, str], None]


def at(path: str, scroll: int = 0) -> Callable[[Page, str], None]:
    def play(page: Page, site: str) -> None:
        page.goto(f"{site}{path}")
        page.mouse.wheel(0, scroll)
        page.wait_for_timeout(300)

    return play


def asking(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    page.get_by_role("combobox").first.press_sequentially("two-factor", delay=20)
    page.wait_for_timeout(900)


def filing(page: Page, site: str) -> None:
    page.goto(f"{site}/tickets/new/")
    page.get_by_label("Subject").press_sequentially("I am locked out after several attempts", delay=10)
    page.wait_for_timeout(900)
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(300)


SCENES = [
    Scene("This portal is where you find answers, ask us, and see how our systems are.", 5, at("/")),
    Scene("Type what you want to know. While you type, articles are suggested.", 5, asking),
    Scene("The results show the part of an article that answers.", 4, at("/help/search/?q=two-factor+code")),
    Scene("An article has its contents at the side. At its end you can say whether it helped.", 5,
          at("/help/account/account-security/")),
    Scene("No answer there? Open a ticket. Articles that fit appear while you write its subject.", 6, filing),
    Scene("All your tickets stand here, each with the time by which we promised to answer.", 5, at("/tickets/")),
    Scene("And if something is down, the status page says so first. You can follow it by email or feed.", 5,
          at("/status/")),
]  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A part of a page: the rectangle that holds the first of `first` and the first of `last`."""

    name: str
    play: Callable[[Page, str], None]
    first: str = "main .eyebrow, main h1"
    last: str = "main form"
    edge: int = 20


def refused(page: Page, site: str) -> None:
    """A log-in with a wrong password, of somebody who has not logged in yet."""
    page.goto(f"{site}/accounts/login/")
    page.get_by_label("Email").fill(WHO)
    page.get_by_label("Password", exact=True).fill("signals at ten")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_label("Password", exact=True).blur()


def about_an_invoice(page: Page, site: str) -> None:
    page.goto(f"{site}/tickets/new/")
    page.get_by_label("I have a question or a wish").check()
    page.get_by_label("What is it about?").select_option(label="Billing and payments")
    page.get_by_label("Subject").fill("The letter with our invoice is lost")
    page.get_by_label("What happened?").fill("We cannot find the invoice of this month. Please send it again.")
    page.wait_for_timeout(900)


BEFORE_LOG_IN = [Picture("troubleshooting/login-issues.files/log-in.png", refused)]
PICTURES = [
    Picture("account/account-security.files/two-factor.png", at("/accounts/2fa/"), last="main .panel >> nth=-1"),
    Picture("account/billing-payments.files/billing.png", at("/billing/"), last="main li >> nth=-1"),
    Picture("account/subscription-management.files/plans.png", at("/pricing/"), last="main table"),
    Picture("getting-started/account-setup.files/organization.png", at("/organization/"), last=".panel >> nth=-1"),
    Picture("troubleshooting/payment-problems.files/ticket.png", about_an_invoice, "main fieldset", "#suggestions", 12),
    Picture(
        "troubleshooting/signal-delivery.files/status.png", at("/status/"), "main .page > *", "section:has(#now)", 8
    ),
]
PICTURE_SIZE, COLORS = {"width": 900, "height": 900}, 96


def take(page: Page, site: str, picture: Picture) -> None:
    """Few colours make it small."""
    picture.play(page, site)
    page.evaluate("document.activeElement?.blur()")
    boxes = [page.locator(one).first.bounding_box() for one in (picture.first, picture.last)]
    x, y = (min(box[side] for box in boxes if box) - picture.edge for side in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes if box) + picture.edge
    bottom = max(box["y"] + box["height"] for box in boxes if box) + picture.edge
    clip = {"x": x, "y": y, "width": right - x, "height": bottom - y}
    shot = Image.open(BytesIO(page.screenshot(full_page=True, clip=clip)))
    path = CONTENT / picture.name
    path.parent.mkdir(parents=True, exist_ok=True)
    shot.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(path, optimize=True)


RECORDER = """async ({frames, width, height}) => {
  const canvas = Object.assign(document.createElement("canvas"), {width, height});
  const context = canvas.getContext("2d", {alpha: false});
  const images = await Promise.all(frames.map(async ({src}) => {
    const image = new Image(); image.src = src; await image.decode(); return image;
  }));
  const format = {mimeType: "video/webm;codecs=vp9", videoBitsPerSecond: 350000};
  const recorder = new MediaRecorder(canvas.captureStream(10), format);
  const parts = []; recorder.ondataavailable = ({data}) => parts.push(data);
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  context.drawImage(images[0], 0, 0, width, height);
  recorder.start(500);
  for (let at = 0; at < images.length; at++) {
    const begin = performance.now(), lasts = frames[at].seconds * 1000;
    for (let now = 0; now < lasts; now = performance.now() - begin) {
      context.globalAlpha = 1; context.drawImage(images[Math.max(0, at - (now < 400 ? 1 : 0))], 0, 0, width, height);
      if (now < 400) { context.globalAlpha = now / 400; context.drawImage(images[at], 0, 0, width, height); }
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
  }
  recorder.stop(); await stopped;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}"""


def captions() -> str:
    """What is said, as WebVTT."""
    lines, now = ["WEBVTT", ""], 0.0
    for scene in SCENES:
        lines += [f"{_moment(now + 0.2)} --> {_moment(now + scene.seconds)}", scene.said, ""]
        now += scene.seconds
    return "\n".join(lines)


def _moment(seconds: float) -> str:
    return f"00:{int(seconds // 60):02}:{seconds % 60:06.3f}"


def record(page: Page, site: str, folder: Path) -> None:
    """The clip, its poster and its captions."""
    frames = []
    for number, scene in enumerate(SCENES):
        scene.play(page, site)
        shot = page.screenshot(type="jpeg", quality=88)
        if number == 0:
            (folder / "find-your-way.jpg").write_bytes(page.screenshot(type="jpeg", quality=58))
        frames.append({"src": f"data:image/jpeg;base64,{base64.b64encode(shot).decode()}", "seconds": scene.seconds})
    page.goto("about:blank")
    clip = base64.b64decode(page.evaluate(RECORDER, {"frames": frames, **SIZE}))
    (folder / "find-your-way.webm").write_bytes(clip)
    _write_index(folder / "find-your-way.webm")
    (folder / "find-your-way.en.vtt").write_text(captions())


def _write_index(clip: Path) -> None:
    ffmpeg = os.environ.get("FFMPEG") or shutil.which("ffmpeg")
    if ffmpeg:
        whole = clip.with_suffix(".whole.webm")
        quiet = ["-loglevel", "error", "-y", "-fflags", "+bitexact", "-map_metadata", "-1"]
        calm = ["-r", "10", "-c:v", "libvpx-vp9", "-crf", "38", "-b:v", "0", "-cpu-used", "5", "-g", "100"]
        subprocess.run([ffmpeg, "-i", str(clip), *calm, *quiet, str(whole)], check=True)
        whole.replace(clip)


def main(site: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find())
        page = browser.new_context(viewport=PICTURE_SIZE, color_scheme="light", locale="en-US").new_page()
        for picture in BEFORE_LOG_IN:
            take(page, site, picture)
        page.goto(f"{site}/accounts/login/")
        page.get_by_label("Email").fill(WHO)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_load_state()
        for picture in PICTURES:
            take(page, site, picture)
        page.set_viewport_size(SIZE)
        folder = CONTENT / "tutorials" / "find-your-way.files"
        folder.mkdir(parents=True, exist_ok=True)
        record(page, site, folder)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
