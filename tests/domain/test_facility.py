"""An inquiry is about a City facility if it names one, calls the activity so, or lies within 150 m of one."""

import pytest

from app.domain.facility import FACILITY_METERS, Facility, at_city_facility
from app.domain.inquiry import Activity
from app.domain.place import Point, distance_m

CITY_HALL = Facility("id", "city-hall", "City Hall", 35.0868, -106.6511, 0, 0)
THERE = Point(35.0868, -106.6511)


def north_by(meters):
    return Point(35.0868 + meters / 111_195, -106.6511)


def test_one_that_is_named_is_meant():
    assert at_city_facility("city-hall", Activity.OTHER, None, [])


def test_activity_called_so_is_at_one():
    assert at_city_facility(None, Activity.CITY_FACILITY, None, [])


@pytest.mark.parametrize("activity", [each for each in Activity if each is not Activity.CITY_FACILITY])
def test_no_other_activity_is_by_itself(activity):
    assert not at_city_facility(None, activity, None, [CITY_HALL])


@pytest.mark.parametrize(("meters", "expected"), [(0, True), (149, True), (151, False), (5000, False)])
def test_150_m_is_near_enough(meters, expected):
    point = north_by(meters)
    assert (distance_m(point, THERE) <= FACILITY_METERS) is expected
    assert at_city_facility(None, Activity.WORKSITE, point, [CITY_HALL]) is expected


def test_any_one_of_them_will_do():
    far = Facility("id", "far", "Far", 35.2, -106.5, 0, 0)
    assert at_city_facility(None, Activity.WORKSITE, THERE, [far, CITY_HALL])
    assert not at_city_facility(None, Activity.WORKSITE, THERE, [far])
    assert not at_city_facility(None, Activity.WORKSITE, THERE, [])
