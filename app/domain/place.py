"""Where something was seen, as coordinates, and how coarsely they are kept and shown."""

import math
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

EARTH_RADIUS_M = 6_371_008.8
# About 110 m in Albuquerque: what the tables hold.
_KEPT_DECIMALS = 3
# About 550 m by 450 m in Albuquerque: what the public sees the centre of.
_CELL = Decimal("0.005")
_FURTHEST_LATITUDE, _FURTHEST_LONGITUDE = 90, 180


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the Earth in WGS 84 degrees, north and east positive."""

    latitude: float
    longitude: float

    def __post_init__(self) -> None:
        # Written so that NaN fails too.
        if not (abs(self.latitude) <= _FURTHEST_LATITUDE and abs(self.longitude) <= _FURTHEST_LONGITUDE):
            raise ValueError("latitude is within 90 degrees and longitude within 180")


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance between two points, in metres.

    Coordinates are WGS 84 degrees. A sphere stands in for the ellipsoid: wrong by at most about 0.6 %,
    under 1 m at 150 m, far below the error of a street address.
    Source: haversine formula; mean Earth radius R1 of the IUGG, 6 371 008.8 m.
    """
    latitude_a, latitude_b = math.radians(a.latitude), math.radians(b.latitude)
    half_north = (latitude_b - latitude_a) / 2
    half_east = math.radians(b.longitude - a.longitude) / 2
    haversine = math.sin(half_north) ** 2 + math.cos(latitude_a) * math.cos(latitude_b) * math.sin(half_east) ** 2
    # Rounding can carry the haversine of opposite points past 1.
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, haversine)))


def rounded(point: Point) -> Point:
    """Return the point to 0.001°, as the tables hold it."""
    return Point(round(point.latitude, _KEPT_DECIMALS), round(point.longitude, _KEPT_DECIMALS))


def cell_centre(point: Point) -> Point:
    """Return the centre of the 0.005° cell that the point lies in, as the public sees it: 35.084 becomes 35.0825.

    A cell holds its southern and western edge. Reckoned in decimals: each cell has one centre to the last digit.
    """
    return Point(
        _centre_of_step(point.latitude, _FURTHEST_LATITUDE),
        _centre_of_step(point.longitude, _FURTHEST_LONGITUDE),
    )


def _centre_of_step(degrees: float, furthest: int) -> float:
    step = (Decimal(repr(degrees)) / _CELL).to_integral_value(ROUND_FLOOR)
    last_step = furthest / _CELL - 1  # the pole and the date line belong to the last cell before them
    return float(min(step, last_step) * _CELL + _CELL / 2)
