"""A real browser on a real server: Debian's Chromium, the service under uvicorn on a free port, people signed in.

Every page that a test opens is watched: a report of the Content-Security-Policy or an error of a script fails the test.
The browser's fixtures end with their module, since Playwright keeps an event loop in this thread, which other tests
want for themselves.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from app.demo import fill
from app.domain.actor import OPERATOR, Role
from app.main import create_app
from app.service.keep_contacts import add_contact
from app.service.keep_tokens import NewToken, create_token
from app.settings import Settings
from app.store import ledger, log
from app.web.service import Service
from tests.browser.public_months import fill_months
from tests.builders import a_new_contact

CHROMIUM = "/usr/bin/chromium"
SIZES = {"narrow": (320, 640), "wide": (1280, 900)}
LANGUAGES = ("en", "es")
SCHEMES = ("light", "dark")
PATIENCE_SECONDS = 30
_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
# Reports of the policy, gathered from the first moment of each page.
_GATHER_REPORTS = """
window.cspReports = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.cspReports.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Site:
    """A running service. `tokens` are secrets by role; `service` its parts, for what a test prepares past the API."""

    url: str
    service: Service
    app: Any
    server: uvicorn.Server
    tokens: dict[str, str] = field(default_factory=dict)

    def do(self, change: Callable[..., Any]) -> Any:
        """Write something as the service's writer does: `site.do(lambda session: …)`."""
        return self.service.writer.submit(change).result(PATIENCE_SECONDS)

    def new_token(self, role: str, name: str | None = None) -> str:
        """Return the secret of a new token."""
        new = NewToken(name or f"a {role}", Role(role), None)
        secret: str = self.do(lambda session: create_token(session, new, OPERATOR, datetime.now(UTC)))[1]
        return secret


def serve(folder: Path, *, port: int = 0, **settings: Any) -> Iterator[Site]:
    """Run the service over the migrated database of a folder until the generator is closed."""
    wanted = Settings.model_construct(
        **{"data_dir": folder, "public_rate": "100000/minute", "ask_phone": "+15055550199", **settings}
    )
    app = create_app(wanted)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="site", daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        assert time.monotonic() < deadline, "the service did not start in time"
        time.sleep(0.02)
    address = server.servers[0].sockets[0].getsockname()
    site = Site(f"http://127.0.0.1:{address[1]}", app.state.service, app, server)
    site.tokens = {role.value: site.new_token(role.value) for role in Role}
    try:
        yield site
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


def wait_until_public(site: Site) -> None:
    """Wait until all that was written stands in the public log, for a service without a publication delay."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        httpx.get(site.url, trust_env=False)
        with site.service.database.read() as session:
            if log.publication(session).cut == ledger.size_of(session):
                return
        assert time.monotonic() < deadline, "not all of the log became public in time"


@pytest.fixture
def site(sqlite_url: str, data_dir: Path) -> Iterator[Site]:
    """A service of the test's own, empty but for one contact at ICE that is always on duty."""
    assert sqlite_url
    running = serve(data_dir)
    opened = next(running)
    opened.do(lambda session: add_contact(session, a_new_contact(), OPERATOR, datetime.now(UTC)))
    yield opened
    running.close()


@pytest.fixture(scope="module")
def demo_site(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service with a day's inquiries, for tests that only look; a module's tests share it."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(migrated_file, folder / "app.db")
    # No delay: what the demo brought stands in the public log at once.
    running = serve(folder, publication_delay=Settings.model_construct().publication_delay)
    opened = next(running)
    opened.do(lambda session: fill(session, datetime.now(UTC)))
    yield opened
    running.close()


@pytest.fixture(scope="module")
def console_site(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty service that a module's tests share, for those that only look at what the first of them put there."""
    folder = tmp_path_factory.mktemp("console")
    shutil.copy(migrated_file, folder / "app.db")
    running = serve(folder)
    yield next(running)
    running.close()


@pytest.fixture(scope="module")
def public_site(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service whose log has four months that everybody may read; a module's tests share it and only look."""
    folder = tmp_path_factory.mktemp("public")
    shutil.copy(migrated_file, folder / "app.db")
    running = serve(folder, publication_delay=timedelta(0))
    opened = next(running)
    opened.do(lambda session: fill_months(session, datetime.now(UTC)))
    wait_until_public(opened)
    yield opened
    running.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, until the module's last test."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"there is no browser at {CHROMIUM}")
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
    yield launched
    launched.close()


@dataclass
class Windows:
    """Opens browsers of different people, each with cookies of its own, and watches what happens in them."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, *, lang: str = "en", size: str = "wide", scheme: str = "light", **options: Any) -> Page:
        """Return a page in a new browser profile."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            locale={"en": "en-US", "es": "es-US"}[lang],
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id="America/New_York",  # not Albuquerque: times must not go by the machine
            **options,
        )
        context.set_default_timeout(10_000)
        context.add_init_script(_GATHER_REPORTS)
        context.on("page", self._watch)
        self.contexts.append(context)
        return context.new_page()

    def signed_in(self, site: Site, role: str = "dispatcher", *, token: str | None = None, **options: Any) -> Page:
        """Return a page on the console's queue, of somebody who has just signed in."""
        page = self.open(**options)
        page.goto(f"{site.url}/console/sign-in?lang={options.get('lang', 'en')}")
        page.fill("#token", token or site.tokens[role])
        page.keyboard.press("Enter")
        page.wait_for_url("**/console?lang=*")
        return page

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"error in a script: {error}"))
        page.on("console", lambda message: self._heed(message.text))

    def _heed(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.faults.append(text)

    def close(self) -> None:
        """Close all, and fail for what went wrong in any of them."""
        for context in self.contexts:
            for page in context.pages:
                if page.url.startswith("http"):
                    self.faults += page.evaluate("window.cspReports ?? []")
            context.close()
        assert not self.faults, self.faults


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Opens pages; see Windows."""
    opened = Windows(browser)
    yield opened
    opened.close()


_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
_RUN_AXE = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations.map(({id, nodes}) => `${id}: ${nodes.slice(0, 4).map((node) =>
    node.html.slice(0, 160) + " " + (node.any[0]?.message ?? node.all[0]?.message ?? "")).join(" | ")}`);
}"""


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return what axe-core finds wrong on a page as it stands."""

    def violations(page: Page) -> list[str]:
        if not page.evaluate("Boolean(window.axe)"):
            page.evaluate(_AXE)
        found: list[str] = page.evaluate(_RUN_AXE)
        return found

    return violations


@pytest.fixture
def faults(axe: Callable[[Page], list[str]]) -> Callable[[Page], list[str]]:
    """Return what finds the faults of an open page in each size and colour scheme."""

    def found(page: Page) -> list[str]:
        wrong = []
        for (size, (width, height)), scheme in product(SIZES.items(), SCHEMES):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            wrong += [f"{size}, {scheme}: {each}" for each in axe(page)]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append(f"{size}: it scrolls sideways")
        return wrong

    return found


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Write a figure that a test measured where whoever runs the tests sees it."""
    plugins = request.config.pluginmanager
    reporter, capturing = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")

    def write(figure: str) -> None:
        with capturing.global_and_fixture_disabled():
            reporter.ensure_newline()
            reporter.write_line(figure)

    return write
