"""What the bench asks: inquiries at invented places over the whole city, with a 120-character note and a callback."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta

from app.domain.moment import exact
from app.web.clock import utc_now

# The city's extent in degrees: south and north, west and east.
LATITUDES, LONGITUDES = (35.03, 35.20), (-106.75, -106.48)
_STREETS = (
    "Central Ave", "Lomas Blvd", "Coors Blvd", "Menaul Blvd", "Candelaria Rd", "San Mateo Blvd", "Wyoming Blvd",
    "Gibson Blvd", "Montgomery Blvd", "Eubank Blvd", "Juan Tabo Blvd", "Isleta Blvd", "Bridge Blvd", "Rio Grande Blvd",
    "Unser Blvd", "Paradise Blvd", "Zuni Rd", "Carlisle Blvd", "Louisiana Blvd", "Academy Rd",
)  # fmt: skip
_NOTE = (
    "Four people in vests beside two white vans at the loading dock;"
    " the engines are running and one lane is closed off here."
)
NOTE_CHARACTERS = 120


def inquiries(count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield bodies of `POST /v1/inquiries`.

    The times of observation lie anywhere in the 30 days that may be entered: all in the last four hours, the thousands
    that a bench logs would be hundreds of times as dense as a city's, and what is `nearby` with them.
    """
    if len(_NOTE) != NOTE_CHARACTERS:
        raise AssertionError(f"the note has {len(_NOTE)} characters")
    chance, now = random.Random(seed), utc_now()  # noqa: S311  # the same places in every run
    for turn in range(count):
        latitude, longitude = place(chance)
        observed_at = now - timedelta(minutes=chance.randrange(1, 29 * 24 * 60))
        body = {
            "source": "public",
            "channel": "phone",
            "language": "es" if turn % 3 else "en",
            "observed_at": exact(observed_at),
            "ongoing": True,
            "place": {
                "address": f"{chance.randrange(100, 9900)} {chance.choice(_STREETS)} {chance.choice(('NE', 'SE'))}",
                "latitude": latitude,
                "longitude": longitude,
                "area_command": chance.choice(("northeast", "southeast", "valley", "unknown")),
            },
            "observation": {
                "activity": chance.choice(("worksite", "traffic_stop", "public_place", "residence")),
                "agents": 4,
                "vehicles": 2,
                "markings": ["police", "ice"],
                "note": _NOTE,
            },
            "callback": {"phone": f"+1505555{chance.randrange(100, 200):04d}"},
        }
        yield json.dumps(body).encode()


def place(chance: random.Random) -> tuple[float, float]:
    """Return a place in the city: latitude and longitude."""
    return round(chance.uniform(*LATITUDES), 5), round(chance.uniform(*LONGITUDES), 5)
