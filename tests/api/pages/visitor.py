"""Somebody with a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import (
    Browser,
    Page,
    Request,
    Response,
    Route,
    ViewportSize,
)

from api.pages import STATIC

# The rule of WCAG 2.2 about the size of targets is off unless asked for.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@dataclass
class Visitor:
    """Somebody with a browser who notes what is wrong with each page.

    Attributes:
        page: The browser's page.
        inspected: Where axe, which needs JavaScript, looks at the same page; None where it looked
            at the same pages in another visit.
        seen: The path of every page looked at, with its status and size in bytes.
        faults: What the browser or axe complained about.
    """

    page: Page
    inspected: Page | None
    seen: list[tuple[str, int, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _last: Response | None = None

    def __post_init__(self) -> None:
        """Listen to what the browser tells."""
        self.page.on("response", self._note)
        self.page.on("requestfailed", lambda request: self.faults.append(f"failed {request.url}"))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._check_host)
        self.page.on(
            "console",
            lambda told: None if "status of 4" in told.text else self.faults.append(told.text),
        )

    def _note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._last = response

    def _check_host(self, request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:")):
            self.faults.append(f"went to {request.url}")

    async def look(self) -> str:
        """Check the page that is shown; return its heading."""
        assert self._last is not None
        size = len(await self._last.body())
        size += sum(
            (STATIC / name).stat().st_size for name in ("form.css", "form.js", "conditions.js")
        )
        path = self.page.url.split("/i/")[1].partition("/")[2].partition("?")[0]
        self.seen.append((path, self._last.status, size))
        if self.inspected is not None:
            await self._show_to_axe(self.inspected, self._last)
            results = await Axe().run(self.inspected, options=AXE_OPTIONS)
            for violation in results.response["violations"]:
                targets = [node["target"] for node in violation["nodes"]]
                self.faults.append(f"{path}: {violation['id']} {targets[:3]}")
        width = await self.page.evaluate("document.documentElement.scrollWidth")
        viewport = self.page.viewport_size
        assert viewport is not None
        if width > viewport["width"]:
            self.faults.append(f"{path}: {width} pixels wide")
        return await self.page.inner_text("h1")

    async def _show_to_axe(self, inspected: Page, response: Response) -> None:
        """Show the page, without our script, where axe can run, unless it can where it is."""
        if inspected is self.page:
            return
        html = await response.body()

        async def answer(route: Route) -> None:
            if route.request.is_navigation_request():
                await route.fulfill(body=html, content_type="text/html; charset=utf-8")
            elif "form.js" in route.request.url:
                await route.abort()
            else:
                await route.continue_()

        await inspected.unroute_all()
        await inspected.route("**", answer)
        await inspected.goto(self.page.url)

    async def go_on(self) -> None:
        """Press the first button below the page."""
        await self.page.click(".actions .button >> nth=0")
        await self.page.wait_for_load_state()


@asynccontextmanager
async def visiting(
    chromium: Browser, *, width: int = 390, javascript: bool = True, inspects: bool = True
) -> AsyncIterator[Visitor]:
    viewport: ViewportSize = {"width": width, "height": 844}
    context = await chromium.new_context(viewport=viewport, java_script_enabled=javascript)
    second = await chromium.new_context(viewport=viewport)
    page = await context.new_page()
    inspected = page if javascript else await second.new_page()
    yield Visitor(page, inspected if inspects else None)
    assert await context.cookies() == []
    await context.close()
    await second.close()
