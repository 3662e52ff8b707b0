"""What staff read: inquiries listed and narrowed, the timeline, and what was asked nearby."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.errors import NotFound
from app.domain.inquiry import Activity, AreaCommand, Source
from app.domain.place import Point
from app.domain.status import Status
from app.service.read_inquiries import list_inquiries, nearby_inquiries, read_inquiry, read_timeline
from app.store.inquiries import InquiryFilter
from tests.builders import AT, DISPATCHER, INTAKE, MINUTE, OTHER_DISPATCHER, PHONE, UNKNOWN_ID

HERE = Point(35.0812, -106.6301)


def north_of_here(meters):
    return Point(HERE.latitude + meters / 111_195, HERE.longitude)


def east_of_here(meters):
    return Point(HERE.latitude, HERE.longitude + meters / 91_000)


def listed(office, **narrowed):
    found, _ = office.batch(
        lambda session: list_inquiries(session, office.vault, InquiryFilter(**narrowed), before=None, limit=50)
    )
    return [full.inquiry.serial for full in found]


def nearby(office, inquiry):
    return office.batch(lambda session: nearby_inquiries(session, office.vault, inquiry.id, office.policy, office.now))


def near_ids(office, inquiry):
    return [near.inquiry.id for near in nearby(office, inquiry)]


# The list.


def test_inquiries_are_listed_newest_first_and_page_by_page(office):
    for _ in range(5):
        office.logs()
    assert listed(office) == [5, 4, 3, 2, 1]
    first, before = office.batch(
        lambda session: list_inquiries(session, office.vault, InquiryFilter(), before=None, limit=3)
    )
    rest, end = office.batch(
        lambda session: list_inquiries(session, office.vault, InquiryFilter(), before=before, limit=3)
    )
    assert [full.inquiry.serial for full in (*first, *rest)] == [5, 4, 3, 2, 1]
    assert end is None


def test_a_list_is_narrowed_by_what_is_asked(office):
    office.contact()
    first = office.logs(source=Source.MEDIA, outlet="KUNM", address="1217 Central Ave SE")
    office.later(4)
    second = office.logs(
        by=INTAKE, activity=Activity.SCHOOL, area_command=AreaCommand.VALLEY, address="12 Central Ave NW"
    )
    office.later(4)
    third = office.logs(address="Coors Blvd NW and Central Ave NW")
    fourth = office.logs(address="800 Montaño Rd NW")
    office.calls(first, outcome="confirmed")
    office.claims(third, by=OTHER_DISPATCHER)
    assert listed(office, status=Status.CONFIRMED) == [1]
    assert listed(office, status=Status.OPEN) == [4, 3, 2]
    assert listed(office, source=Source.MEDIA) == [1]
    assert listed(office, area_command=AreaCommand.VALLEY) == [2]
    assert listed(office, activity=Activity.SCHOOL) == [2]
    assert listed(office, claimed_by=OTHER_DISPATCHER.id) == [3]
    assert listed(office, received_by=INTAKE.id) == [2]
    assert listed(office, received_from=AT + 4 * MINUTE) == [4, 3, 2]
    assert listed(office, received_to=AT + 4 * MINUTE) == [1]
    assert listed(office, number=(2026, 3)) == [3]
    assert listed(office, receipt=second.receipt) == [2]
    assert listed(office, street="central") == [3, 2, 1]
    assert listed(office, street="central ave se") == [1]
    assert listed(office, street="montano") == [fourth.serial]
    assert listed(office, street="avenue") == []
    assert listed(office, source=Source.MEDIA, status=Status.OPEN) == []


def test_overdue_is_what_is_due_before_now(office):
    office.contact()
    waiting, settled = office.logs(), office.logs()
    office.calls(settled, outcome="confirmed")
    fresh_at = office.later(6)
    fresh = office.logs()
    assert listed(office, overdue=True, now=fresh_at) == [waiting.serial]
    assert listed(office, overdue=False, now=fresh_at) == [fresh.serial, settled.serial]
    assert listed(office, overdue=True, now=AT + 5 * MINUTE) == []


def test_an_inquiry_is_read_with_its_detail_and_its_calls_in_order(office):
    office.contact()
    inquiry = office.logs(note="Two vans.", point=HERE)
    calls = [office.calls(inquiry).id for _ in range(3)]
    full = office.batch(lambda session: read_inquiry(session, office.vault, inquiry.id))
    assert full.calls == tuple(calls)
    assert (full.detail.address, full.detail.point, full.detail.note) == ("1217 Central Ave SE", HERE, "Two vans.")


# The timeline.


def test_the_timeline_tells_all_that_happened_oldest_first(office):
    office.contact()
    inquiry = office.logs(callback=PHONE)
    call = office.calls(inquiry)
    office.claims(inquiry)
    office.claims(inquiry, by=OTHER_DISPATCHER, take=True)
    office.reads_callback(inquiry)
    office.records(call, "confirmed")
    office.logs()
    items = office.batch(lambda session: read_timeline(session, inquiry.id))
    assert [item.kind.value for item in items] == [
        *("inquiry:logged", "inquiry:place", "inquiry:called", "inquiry:claimed", "inquiry:claimed"),
        *("callback:read", "inquiry:outcome"),
    ]
    assert [item.index for item in items] == sorted(item.index for item in items)
    assert items[2].data["call_id"] == call.id
    assert items[4].data == {"taken_from": DISPATCHER.id}
    assert items[4].by == OTHER_DISPATCHER.id
    assert items[6].data["outcome"] == "confirmed"


def test_there_is_no_timeline_of_what_is_not_there(office):
    with pytest.raises(NotFound):
        office.batch(lambda session: read_timeline(session, UNKNOWN_ID))


# Nearby.


def test_what_is_nearby_comes_nearest_first_with_its_distance_and_newest_call(office):
    office.contact()
    far = office.logs(point=north_of_here(290))
    near = office.logs(point=east_of_here(50))
    office.logs(point=north_of_here(310))
    office.calls(near, outcome="no_answer")
    newest = office.calls(near)
    asking = office.logs(point=HERE)
    found = nearby(office, asking)
    assert [each.inquiry.id for each in found] == [near.id, far.id]
    assert [each.distance_m for each in found] == [pytest.approx(50, abs=2), pytest.approx(290, abs=2)]
    assert found[0].call.id == newest.id
    assert found[1].call is None


@pytest.mark.parametrize(("meters", "is_near"), [(299, True), (301, False)])
def test_distances_are_measured_from_the_exact_place(office, meters, is_near):
    other = office.logs(point=north_of_here(meters))
    assert near_ids(office, office.logs(point=HERE)) == ([other.id] if is_near else [])


def test_a_longitude_is_shorter_than_a_latitude_and_both_reach_as_far(office):
    others = {office.logs(point=point(meters)).id for point in (north_of_here, east_of_here) for meters in (-295, 295)}
    assert set(near_ids(office, office.logs(point=HERE))) == others


def test_where_coordinates_lack_the_same_block_is_near(office):
    with_point = office.logs(address="1217 Central Ave SE", point=HERE)
    without = office.logs(address="1299 Central Ave SE")
    office.logs(address="1300 Central Ave SE")
    office.logs(address="1217 Central Ave NW")
    asking = office.logs(address="1201 Central Avenue SE")
    found = nearby(office, asking)
    assert {each.inquiry.id for each in found} == {with_point.id, without.id}
    assert {each.distance_m for each in found} == {None}
    assert set(near_ids(office, with_point)) == {without.id, asking.id}


def test_a_crossing_is_the_same_whichever_street_is_named_first(office):
    one = office.logs(address="Coors Blvd NW and Montaño Rd NW")
    other = office.logs(address="Montaño Rd NW and Coors Blvd NW")
    assert near_ids(office, other) == [one.id]
    assert near_ids(office, one) == [other.id]


def test_the_same_block_far_away_by_its_coordinates_is_not_near(office):
    office.logs(point=north_of_here(900))
    assert near_ids(office, office.logs(point=HERE)) == []


@pytest.mark.parametrize(("ago", "is_near"), [(timedelta(hours=4), True), (timedelta(hours=4, milliseconds=1), False)])
def test_only_what_was_observed_within_four_hours_is_near(office, ago, is_near):
    other = office.logs(point=HERE, observed_at=AT - ago)
    assert near_ids(office, office.logs(point=HERE)) == ([other.id] if is_near else [])


def test_withdrawn_ones_and_the_inquiry_itself_are_left_out(office):
    withdrawn, same_block = office.logs(point=HERE), office.logs()
    office.withdraws(withdrawn)
    office.withdraws(same_block)
    assert near_ids(office, office.logs(point=HERE)) == []
    assert near_ids(office, office.logs()) != [withdrawn.id]


def test_at_most_ten_are_shown_the_nearest(office):
    logged = [office.logs(point=north_of_here(meters)).id for meters in range(260, 20, -20)]
    assert near_ids(office, office.logs(point=HERE)) == logged[::-1][:10]


def test_without_the_suggestion_nothing_is_near_and_what_is_not_there_is_not_found(office):
    office.logs(point=HERE)
    asking = office.logs(point=HERE)
    with pytest.raises(NotFound):
        nearby(office, replace(asking, id=UNKNOWN_ID))
    office.policy = replace(office.policy, nearby_meters=0)
    assert nearby(office, asking) == []
    with pytest.raises(NotFound):
        nearby(office, replace(asking, id=UNKNOWN_ID))


def test_once_the_exact_place_is_erased_the_rounded_one_is_measured(office):
    other, asking = office.logs(point=north_of_here(100)), office.logs(point=HERE)
    for retention, day in office.vault.days():
        office.vault.destroy(retention, day)
    assert near_ids(office, asking) == [other.id]


def test_a_place_that_cannot_be_compared_is_near_nothing(office):
    office.logs(address="behind the big store")
    assert near_ids(office, office.logs(address="behind the big store")) == []
