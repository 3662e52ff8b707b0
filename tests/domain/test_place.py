"""Coordinates: how far, how coarsely kept, how coarsely shown."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.place import Point, cell_centre, distance_m, rounded

CITY_HALL = Point(35.0877, -106.6508)
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def test_a_degree_of_latitude_is_111_195_metres():
    assert distance_m(Point(35, -106), Point(36, -106)) == pytest.approx(111_195.08, abs=0.01)


def test_opposite_points_are_half_the_earth_apart():
    assert distance_m(Point(0, 0), Point(0, 180)) == pytest.approx(math.pi * 6_371_008.8)
    assert distance_m(Point(35.1, -106.6), Point(-35.1, 73.4)) == pytest.approx(math.pi * 6_371_008.8)


def test_the_distance_is_within_a_metre_of_the_ellipsoids_at_150_metres():
    """Metres of a degree at 35.0877° on WGS 84: 110,941.2 north (series of the meridian), 91,209 east."""
    assert distance_m(CITY_HALL, Point(CITY_HALL.latitude + 150 / 110_941.2, CITY_HALL.longitude)) == pytest.approx(
        150, abs=1
    )
    assert distance_m(CITY_HALL, Point(CITY_HALL.latitude, CITY_HALL.longitude + 150 / 91_209)) == pytest.approx(
        150, abs=1
    )


@given(points, points)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(a, b):
    assert distance_m(a, b) == distance_m(b, a)
    assert 0 <= distance_m(a, b) <= math.pi * 6_371_008.8 * (1 + 1e-12)
    assert distance_m(a, a) == 0


def test_a_point_is_kept_to_a_thousandth_of_a_degree():
    assert rounded(Point(35.08442, -106.65078)) == Point(35.084, -106.651)


@pytest.mark.parametrize(
    ("point", "centre"),
    [
        (Point(35.084, -106.651), Point(35.0825, -106.6525)),
        (Point(35.08, -106.63), Point(35.0825, -106.6275)),  # the edge belongs to the cell north and east of it
        (Point(35.085, -106.65), Point(35.0875, -106.6475)),
        (Point(35.0849999, -106.6500001), Point(35.0825, -106.6525)),
        (Point(0, 0), Point(0.0025, 0.0025)),
        (Point(-0.0, -0.001), Point(0.0025, -0.0025)),
        (Point(90, 180), Point(89.9975, 179.9975)),
        (Point(-90, -180), Point(-89.9975, -179.9975)),
    ],
)
def test_the_public_sees_the_centre_of_a_cell_of_five_thousandths(point, centre):
    assert cell_centre(point) == centre


@given(st.integers(34_000, 36_000), st.integers(-107_500, -105_500))
def test_the_25_places_of_a_cell_that_are_kept_apart_are_shown_as_one(north, east):
    """Over all thousandths of a degree around the city, in exact decimals, none falls to the wrong side of an edge."""
    centre = cell_centre(Point(north / 1000, east / 1000))
    assert Decimal(repr(centre.latitude)) == Decimal(north // 5 * 5) / 1000 + Decimal("0.0025")
    assert Decimal(repr(centre.longitude)) == Decimal(east // 5 * 5) / 1000 + Decimal("0.0025")


@given(points)
def test_the_centre_of_a_centre_is_itself_and_at_most_half_a_cell_away(point):
    centre = cell_centre(point)
    assert cell_centre(centre) == centre
    assert abs(Decimal(repr(centre.latitude)) - Decimal(repr(point.latitude))) <= Decimal("0.0025")
    assert abs(Decimal(repr(centre.longitude)) - Decimal(repr(point.longitude))) <= Decimal("0.0025")


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(90.1, 0), (-91, 0), (0, 180.5), (0, -181), (math.nan, 0), (0, math.nan), (math.inf, 0)]
)
def test_what_is_not_on_the_earth_is_no_point(latitude, longitude):
    with pytest.raises(ValueError, match="latitude"):
        Point(latitude, longitude)
