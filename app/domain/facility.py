"""City facilities: section 9 of the order wants federal activity at them noticed."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.inquiry import Activity
from app.domain.place import Point, distance_m

# Activity this near a City facility counts as activity at it.
FACILITY_METERS = 150.0


@dataclass(frozen=True, slots=True)
class Facility:
    """A City facility. Coordinates are WGS 84 degrees."""

    id: str
    slug: str
    name: str
    latitude: float
    longitude: float
    first_event: int
    newest_event: int


def at_city_facility(
    facility: str | None, activity: Activity, point: Point | None, facilities: Iterable[Facility]
) -> bool:
    """Tell whether an inquiry is about a City facility: named, called so, or within 150 m of one."""
    if facility is not None or activity is Activity.CITY_FACILITY:
        return True
    return point is not None and any(
        distance_m(point, Point(near.latitude, near.longitude)) <= FACILITY_METERS for near in facilities
    )
