"""Contacts, City facilities and tokens: the small lists that supervisors keep; every change is an event."""

import base64
import hashlib
from datetime import timedelta

import pytest

from app.domain.actor import OPERATOR, Role
from app.domain.call import Agency
from app.domain.errors import InvalidRequest, NotFound, PreconditionFailed
from app.domain.place import Point
from app.service.keep_contacts import change_contact
from app.service.keep_facilities import change_facility
from app.service.keep_tokens import NewToken, create_token, hash_of, revoke_token
from app.store import directory
from app.store.tables import FacilityRow, TokenRow
from tests.builders import AT, SUPERVISOR, UNKNOWN_ID

NO_VERSION = frozenset({-1})


def changes(office, use_case, of, if_match=None, **fields):
    return office.run(use_case, of.id, fields, if_match, by=SUPERVISOR)


def token(office, name="desk one", role=Role.DISPATCHER, expires_at=None, by=SUPERVISOR):
    return office.run(create_token, NewToken(name, role, expires_at), by=by)


def revokes(office, of, if_match=None):
    return office.run(revoke_token, of.id, if_match, by=SUPERVISOR)


def faults_of(refused):
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_contact_is_added_and_stands_as_given(office):
    contact = office.contact(title="ICE HSI desk", agency=Agency.HSI, hours="Mo-Fr 08:00-17:00", priority=7)
    assert office.batch(lambda session: directory.find_contact(session, contact.id)) == contact
    assert (contact.title, contact.agency, contact.hours, contact.priority) == (
        *("ICE HSI desk", Agency.HSI, "Mo-Fr 08:00-17:00", 7),
    )
    assert office.kinds() == ["contact:added"]


def test_a_contact_changes_in_the_fields_that_are_named(office):
    contact = office.contact(hours="Mo-Fr 08:00-17:00")
    changed = changes(office, change_contact, contact, active=False, hours=None)
    assert (changed.active, changed.hours, changed.title) == (False, None, contact.title)
    assert (changed.first_event, changed.newest_event) == (contact.first_event, 1)
    assert office.batch(lambda session: directory.find_contact(session, contact.id)) == changed
    assert office.kinds() == ["contact:added", "contact:changed"]


def test_a_facility_is_added_and_changed(office):
    facility = office.facility()
    moved = changes(office, change_facility, facility, latitude=35.1, slug="old-city-hall")
    assert office.batch(lambda session: directory.find_facility(session, facility.id)) == moved
    assert (moved.slug, moved.latitude, moved.longitude) == ("old-city-hall", 35.1, facility.longitude)
    assert office.kinds() == ["facility:added", "facility:changed"]


def test_a_facility_that_moved_is_where_it_is_now(office):
    facility = office.facility(latitude=35.0868, longitude=-106.6511)
    assert office.logs(point=Point(35.0868, -106.6511)).city_facility
    changes(office, change_facility, facility, latitude=35.2)
    assert not office.logs(point=Point(35.0868, -106.6511)).city_facility


def test_a_slug_names_one_facility(office):
    office.facility(slug="city-hall")
    library = office.facility(slug="library")
    for taking in (
        lambda: office.facility(slug="city-hall"),
        lambda: changes(office, change_facility, library, slug="city-hall"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            taking()
        assert faults_of(refused) == [("/slug", "taken")]
    assert office.rows(FacilityRow) == 2


@pytest.mark.parametrize("what", ["contact", "facility"])
def test_what_is_the_same_already_is_no_event(office, what):
    use_case = {"contact": change_contact, "facility": change_facility}[what]
    of = getattr(office, what)()
    name = {"contact": "title", "facility": "name"}[what]
    before = office.next_index()
    assert changes(office, use_case, of, **{name: getattr(of, name)}) == of
    assert changes(office, use_case, of) == of
    assert office.next_index() == before


@pytest.mark.parametrize("what", ["contact", "facility"])
def test_a_change_needs_what_it_names_as_it_was_read(office, what):
    use_case = {"contact": change_contact, "facility": change_facility}[what]
    of = getattr(office, what)()
    with pytest.raises(NotFound):
        office.run(use_case, UNKNOWN_ID, {}, NO_VERSION, by=SUPERVISOR)
    with pytest.raises(PreconditionFailed):
        changes(office, use_case, of, if_match=NO_VERSION)
    assert changes(office, use_case, of, if_match=frozenset({of.newest_event})) == of


def test_facilities_and_contacts_tell_the_public_nothing(office):
    office.contact()
    office.facility()
    assert {event.subject for event in office.events()} == {None}
    told = "".join(event.payload for event in office.events())
    assert '"data":{}' in told
    assert "City Hall" not in told
    assert "duty desk" not in told


def test_a_tokens_secret_has_256_random_bits_and_only_its_hash_is_kept(office):
    made, secret = token(office)
    assert secret.startswith("iceconf_")
    assert len(base64.urlsafe_b64decode(secret.removeprefix("iceconf_") + "=")) == 32
    assert made.secret_hash == hash_of(secret) == hashlib.sha256(secret.encode()).hexdigest()
    assert office.batch(lambda session: directory.find_token_by_hash(session, hash_of(secret))) == made
    assert secret not in repr(made)
    assert secret not in "".join(f"{event.payload}{event.detail}" for event in office.events())


def test_a_token_says_who_made_it_for_what(office):
    made, _ = token(office, name="web form", role=Role.INTAKE, expires_at=AT + timedelta(days=90), by=OPERATOR)
    assert (made.name, made.role, made.created_by, made.created_at) == ("web form", Role.INTAKE, "operator", AT)
    assert (made.expires_at, made.revoked_at) == (AT + timedelta(days=90), None)
    (event,) = office.events()
    assert (event.kind, event.by_role) == ("token:created", "operator")
    assert event.detail == {"token_id": made.id, "role": "intake"}


def test_no_two_tokens_have_one_secret(office):
    assert len({token(office)[1] for _ in range(20)}) == 20


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(milliseconds=-1), timedelta(days=-1)])
def test_a_token_that_is_over_already_is_refused(office, ahead):
    with pytest.raises(InvalidRequest) as refused:
        token(office, expires_at=AT + ahead)
    assert faults_of(refused) == [("/expires_at", "in_past")]
    assert office.rows(TokenRow) == 0


def test_a_revoked_token_stays_revoked(office):
    made, _ = token(office)
    office.later()
    revoked = revokes(office, made)
    assert revoked.revoked_at == office.now
    assert office.batch(lambda session: directory.find_token(session, made.id)) == revoked
    office.later()
    assert revokes(office, made) == revoked
    assert office.kinds() == ["token:created", "token:revoked"]


def test_revoking_needs_the_token_as_it_was_read(office):
    made, _ = token(office)
    with pytest.raises(NotFound):
        office.run(revoke_token, UNKNOWN_ID, NO_VERSION, by=SUPERVISOR)
    with pytest.raises(PreconditionFailed):
        revokes(office, made, if_match=NO_VERSION)
    assert revokes(office, made, if_match=frozenset({made.newest_event})).revoked_at == AT
