"""A browser without a screen, for the tests of pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
_NAMES = ("chromium", "chromium-browser", "google-chrome")


class Page:
    """A page in the browser, and what it has said and asked for."""

    def __init__(self, browser: Any) -> None:
        page = browser.new_page(viewport={"width": 800, "height": 500})
        self.page, self.errors, self.addresses = page, [], []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.addresses.append(request.url))

    def _said(self, message: Any) -> None:
        if message.type == "error" or "GL_INVALID" in message.text:
            self.errors.append(message.text)

    def open(self, path: Path) -> None:
        self.page.goto(path.resolve().as_uri())
        self.page.wait_for_selector("body[data-ready]", timeout=60_000)
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is drawn."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def picture(self) -> bytes:
        """The scene as it stands on the screen."""
        self.settle()
        return self.page.locator("#scene").screenshot()

    def set(self, name: str, value: float) -> None:
        """Move a slider."""
        self.page.locator(f"#{name}").fill(str(value))
        self.settle()

    def text(self, name: str) -> str:
        return self.page.locator(f"#{name}").inner_text()


@contextmanager
def browser() -> Iterator[Any]:
    """Headless Chromium; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("needs Chromium (on Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=program, args=_ARGUMENTS)
        try:
            yield launched
        finally:
            launched.close()
