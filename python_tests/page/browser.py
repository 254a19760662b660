"""A headless Chromium of the system, which listens for what a report must not do."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright


def why_no_browser() -> str | None:
    """Why there is no Chromium to test with."""
    return None if find_browser() else "no chromium is installed (apt-get install chromium)"


def find_browser() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextlib.contextmanager
def started() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and what went wrong in it: errors, messages of the console, dialogs, requests to a network."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def draw_all(self) -> None:
        """Draw the charts that are not in sight, as for print."""
        self.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        self.page.wait_for_function("[...document.querySelectorAll('.canvas')].every((box) => box.querySelector('svg'))")

    def go(self, address: str) -> None:
        self.page.evaluate("(address) => { location.hash = address; }", address)
        self.page.wait_for_function("(address) => location.hash === address", arg=address)
        self.page.wait_for_timeout(50)


def opened(browser: Browser, file: Path, width: int = 1440, scheme: str = "light", **settings: object) -> Watched:
    """The report in `file`, ready to be used."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **settings)  # type: ignore[arg-type]
    watched = Watched(context.new_page())
    watched.page.set_default_timeout(15_000)
    watched.page.on("console", lambda message: watched.wrong.append(f"{message.type}: {message.text}"))
    watched.page.on("pageerror", lambda error: watched.wrong.append(f"error: {error}"))
    watched.page.on("dialog", lambda dialog: watched.wrong.append(f"dialog: {dialog.message}"))
    watched.page.on("request", lambda request: watched.wrong.append(f"request: {request.url}") if request.url != file.as_uri() else None)
    watched.page.goto(file.as_uri())
    watched.page.wait_for_selector("html[data-ready]")
    return watched
