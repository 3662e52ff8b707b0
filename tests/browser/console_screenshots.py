"""Screenshots of the console for review: `python -m tests.browser.console_screenshots FOLDER [part of a name]`.

Each page in both languages, at both sizes, light and dark; the whole length of it. FOLDER is `screenshots`, which git
passes over.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from app.service.keep_contacts import add_contact
from app.store import migrate
from tests.browser.conftest import CHROMIUM, LANGUAGES, SCHEMES, SIZES, Site, Windows, serve
from tests.browser.console_pages import console_pages, pages_before_sign_in, tell_story
from tests.builders import SUPERVISOR, a_new_contact


def main(folder: Path, wanted: str = "") -> None:
    """Write the screenshots whose names hold `wanted`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        migrate.upgrade(f"sqlite:///{data}/app.db")
        serving = serve(Path(data))
        site = next(serving)
        site.do(lambda session: add_contact(session, a_new_contact(), SUPERVISOR, datetime.now(UTC)))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        windows = Windows(browser)
        shoot(site, windows, folder, wanted)
        browser.close()
        serving.close()


def shoot(site: Site, windows: Windows, folder: Path, wanted: str) -> None:
    """Go through the pages, first as nobody, then as a supervisor."""
    told = tell_story(site)
    for size in SIZES:
        for scheme in SCHEMES:
            for lang in LANGUAGES:
                stranger = windows.open(lang=lang, size=size, scheme=scheme)
                supervisor = windows.signed_in(site, "supervisor", lang=lang, size=size, scheme=scheme)
                for page, openings in ((stranger, pages_before_sign_in(site)), (supervisor, console_pages(site, told))):
                    for name, open_page in openings:
                        file = folder / f"console-{name}-{lang}-{size}-{scheme}.png"
                        if wanted in file.name:
                            open_page(page, lang)
                            page.screenshot(path=file, full_page=True)
                    page.context.close()
    windows.contexts.clear()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
