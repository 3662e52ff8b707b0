"""Screenshots of every page for review: `python -m tests.browser.screenshots FOLDER [part of a name]`.

Each page in both languages, at both sizes, light and dark; the whole length of it.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from app.store import migrate
from tests.browser.conftest import CHROMIUM, LANGUAGES, SCHEMES, SIZES, Site, serve, wait_until_public
from tests.browser.public_months import fill_months
from tests.browser.public_pages import public_pages


def main(folder: Path, wanted: str = "") -> None:
    """Write the screenshots whose names hold `wanted`."""
    folder.mkdir(parents=True, exist_ok=True)
    with _site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for size in SIZES:
            for scheme in SCHEMES:
                for lang in LANGUAGES:
                    _shoot(browser, site, folder, size, scheme, lang, wanted)
        browser.close()


@contextmanager
def _site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        migrate.upgrade(f"sqlite:///{folder}/app.db")
        serving = serve(Path(folder), publication_delay=timedelta(0))
        site = next(serving)
        site.do(lambda session: fill_months(session, datetime.now(UTC)))
        wait_until_public(site)
        yield site
        serving.close()


def _shoot(browser: Browser, site: Site, folder: Path, size: str, scheme: str, lang: str, wanted: str) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    for name, open_page in public_pages(site):
        file = folder / f"{name}-{lang}-{size}-{scheme}.png"
        if wanted in file.name:
            open_page(page, lang)
            page.screenshot(path=file, full_page=True)
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
