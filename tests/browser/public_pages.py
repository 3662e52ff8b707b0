"""Every public page with how a reader comes to it, for the tests that look at all of them and for the screenshots."""

from collections.abc import Callable, Iterator

import httpx
from playwright.sync_api import Page
from sqlalchemy import text

from tests.browser.conftest import Site

Opening = Callable[[Page, str], object]

# A page's name, its address without the language. `{…}` is an entry of that kind.
ADDRESSES = {
    "home": "/",
    "home-narrowed": "/?status=not_ice&source=media",
    "home-withdrawn": "/?status=withdrawn",
    "home-none": "/?from=1999-01-01&to=1999-01-02",
    "entry": "/log/{settled}",
    "entry-corrected": "/log/{corrected}",
    "entry-withdrawn": "/log/{withdrawn}",
    "status": "/status",
    "reports": "/reports",
    "reports-area": "/reports?by=area_command",
    "about": "/about",
    "problem": "/problems/protected-detail",
    "not-found": "/log/2020-000001",
    "docs": "/docs",
}


def entry_numbers(site: Site) -> dict[str, str]:
    """Return the number of an entry of each kind."""
    with httpx.Client(base_url=site.url, trust_env=False) as client:
        items = client.get("/v1/log?limit=200").json()["items"]
        withdrawn = client.get("/v1/log?status=withdrawn").json()["items"]
    whole = [entry for entry in items if len(entry["calls"]) > 1 and entry["outlet"] and entry["block"]]
    corrected = [entry for entry in items if entry["corrections"]]
    return {kind: found[0]["number"] for kind, found in
            {"settled": whole, "corrected": corrected, "withdrawn": withdrawn}.items()}  # fmt: skip


def receipt_of(site: Site, number: str) -> str:
    """Return an inquiry's receipt."""
    year, serial = number.split("-")
    with site.service.database.read() as session:
        asked = text("SELECT receipt FROM inquiry WHERE year = :year AND serial = :serial")
        found: str = session.execute(asked, {"year": int(year), "serial": int(serial)}).scalar_one()
        return found


def public_pages(site: Site) -> Iterator[tuple[str, Opening]]:
    """Yield every public page's name and what opens it in a language."""
    numbers = entry_numbers(site)

    def opens(address: str) -> Opening:
        joined = "&" if "?" in address else "?"
        return lambda page, lang: page.goto(f"{site.url}{address}{joined}lang={lang}")

    def looks_up(receipt: str) -> Opening:
        def look_up(page: Page, lang: str) -> None:
            page.goto(f"{site.url}/status?lang={lang}")
            page.fill("#receipt", receipt)
            page.press("#receipt", "Enter")
            page.wait_for_load_state()

        return look_up

    def checks(page: Page, lang: str) -> None:
        page.goto(f"{site.url}/log/{numbers['settled']}?lang={lang}")
        page.click("[data-check] button")
        page.wait_for_selector("[data-result].good")

    for name, address in ADDRESSES.items():
        yield name, opens(address.format(**numbers))
    yield "status-answered", looks_up(receipt_of(site, numbers["settled"]))
    yield "status-unknown", looks_up("0000-0000-0000")
    yield "entry-checked", checks
