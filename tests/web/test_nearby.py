"""What is asked nearby stands in the answer to who asks, at whatever distance and however the place is told."""

import random

STREETS = ("Central Ave SE", "Lomas Blvd NE", "San Mateo Blvd NE")
# About 90 m of latitude: places lie within and beyond the 300 m that are nearby.
STEP = 0.0008


def a_place(chance):
    """Return a place with coordinates, an address or both, close to others or not."""
    place = {}
    told = chance.choice(("point", "address", "both"))
    if told != "point":
        place["address"] = f"{chance.randrange(2, 30) * 50} {chance.choice(STREETS)}"
    if told != "address":
        place |= {"latitude": 35.08 + chance.randrange(8) * STEP, "longitude": -106.63 + chance.randrange(3) * STEP}
    return place


def ids(items):
    return [item["id"] for item in items]


def test_the_201_tells_all_that_is_nearby_and_nothing_else(desk):
    """It looks first whether there is anything at all; the list beside an inquiry does not."""
    chance, with_some = random.Random(7), 0  # noqa: S311  # the same places in every run

    for turn in range(40):
        age = chance.choice((1, 200, 300))  # minutes; what was seen more than four hours ago is not near in time
        inquiry = desk.logged(place=a_place(chance), observed_at=desk.clock.ago(minutes=age))
        beside = desk.get(f"/v1/inquiries/{inquiry['id']}/nearby").json()["items"]

        assert ids(inquiry["nearby"]) == ids(beside), turn
        with_some += bool(beside)

    assert 10 < with_some < 40
