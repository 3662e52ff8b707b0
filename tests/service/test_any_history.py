"""Whatever dispatchers do, in whatever order: events, leaves and rows tell one story; a refusal leaves no trace."""

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app.domain.call import in_order_of_outcomes
from app.domain.due import due_at
from app.domain.errors import Refusal
from app.domain.event import TOLD, Kind
from app.domain.inquiry import WithdrawalReason
from app.domain.moment import exact, to_minute
from app.domain.progress import with_due_time
from app.domain.sealed import BoxKind
from app.domain.status import SETTLED, Outcome, Status, status_of
from app.ledger.entry import SALT_BYTES, rest_hash
from app.ledger.history import first_leaf, follow
from app.ledger.payload import read_payload
from app.store.tables import EventRow, SealedBoxRow
from app.store.vault import Vault
from tests.builders import DISPATCHER, EMAIL, OTHER_DISPATCHER, PHONE, an_outcome
from tests.databases import SCREEN_VERSION
from tests.service.office import Office

which = st.integers(0, 30)
several = st.lists(which, min_size=1, max_size=3)
outcomes = st.sampled_from(Outcome)
agencies = st.sampled_from([None, "ero", "hsi", "cbp"])
people = st.sampled_from([DISPATCHER, OTHER_DISPATCHER])


class AnyHistory(RuleBasedStateMachine):
    """Dispatchers at work, as the office lets them."""

    def __init__(self, connection):
        super().__init__()
        self.transaction = connection.begin()
        self.folder = tempfile.TemporaryDirectory()
        self.office = Office(connection, Vault(Path(self.folder.name)))
        self.inquiries, self.calls = [], []

    def teardown(self):
        try:
            self.events_leaves_and_rows_tell_one_story()
        finally:
            self.transaction.rollback()
            self.folder.cleanup()

    def inquiry(self, number):
        return self.inquiries[number % len(self.inquiries)]

    def distinct(self, numbers):
        return list({inquiry.id: inquiry for inquiry in map(self.inquiry, numbers)}.values())

    def tries(self, verb, *arguments, **named):
        """Do what may be refused; a refusal leaves no event, and is followed by nothing."""
        before = self.office.next_index()
        try:
            return verb(*arguments, **named)
        except Refusal:
            assert self.office.next_index() == before
            return None

    @initialize()
    def somebody_can_be_called(self):
        self.office.contact()
        self.inquiries.append(self.office.logs())

    @rule(callback=st.sampled_from([None, PHONE, EMAIL]))
    def somebody_asks(self, callback):
        self.inquiries.append(self.office.logs(callback=callback))

    @rule(minutes=st.sampled_from([0, 1, 9, 40, 300, -2]))
    def time_passes(self, minutes):
        """It may also jump back a little: order comes from the events."""
        self.office.later(minutes)

    @rule(numbers=several, outcome=st.none() | outcomes, agency=agencies)
    def a_call_is_placed(self, numbers, outcome, agency):
        brought = outcome and an_outcome(outcome, agency)
        call = self.tries(self.office.calls, *self.distinct(numbers), outcome=brought)
        self.calls += [call] if call else []

    @rule(number=which, outcome=outcomes, agency=agencies)
    def an_outcome_is_recorded(self, number, outcome, agency):
        if self.calls:
            self.tries(self.office.records, self.calls[number % len(self.calls)], outcome, agency)

    @rule(number=which, outcome=outcomes, agency=agencies)
    def a_call_is_corrected(self, number, outcome, agency):
        if self.calls:
            self.tries(self.office.corrects, self.calls[number % len(self.calls)], outcome, agency)

    @rule(number=which, numbers=several)
    def inquiries_join(self, number, numbers):
        if self.calls:
            self.tries(self.office.joins, self.calls[number % len(self.calls)], *self.distinct(numbers))

    @rule(number=which, told=st.none() | st.sampled_from(Status))
    def the_asker_is_told(self, number, told):
        self.tries(self.office.answers, self.inquiry(number), told=told)

    @rule(number=which, reason=st.sampled_from(WithdrawalReason), other=st.none() | which)
    def it_is_withdrawn(self, number, reason, other):
        replaced_by = None if other is None else self.inquiry(other)
        self.tries(self.office.withdraws, self.inquiry(number), reason, replaced_by=replaced_by)

    @rule(number=which, by=people, take=st.booleans())
    def it_is_claimed(self, number, by, take):
        self.tries(self.office.claims, self.inquiry(number), by=by, take=take)

    @rule(number=which, by=people)
    def it_is_released(self, number, by):
        self.tries(self.office.releases, self.inquiry(number), by=by)

    @rule(number=which, callback=st.sampled_from([PHONE, EMAIL]))
    def the_callback_is_mended(self, number, callback):
        self.tries(self.office.mends_callback, self.inquiry(number), callback)

    @rule(number=which, verb=st.sampled_from(["reads_callback", "erases_callback"]))
    def the_callback_is_read_or_erased(self, number, verb):
        self.tries(getattr(self.office, verb), self.inquiry(number))

    @rule(days=st.sampled_from([20, 31, 366]))
    def what_is_due_is_erased(self, days):
        self.office.later(days=days)
        self.office.erases_expired()

    @invariant()
    def indexes_have_no_gap(self):
        indexes = self.office.batch(lambda session: session.execute(select(EventRow.index)).scalars().all())
        assert sorted(indexes) == list(range(len(indexes)))

    def events_leaves_and_rows_tell_one_story(self):
        events = self.office.events()
        for event in events:
            event_tells_what_it_may(event)
        for logged in self.inquiries:
            inquiry = self.office.inquiry(logged)
            row_follows_from_its_events(inquiry, [event for event in events if event.inquiry_id == inquiry.id])
            row_follows_from_its_calls(self.office, inquiry)
        for placed in self.calls:
            its_events = [event for event in events if event.call_id == placed.id]
            call = self.office.call(placed)
            assert call.first_event == its_events[0].index
            alerts = events[its_events[-1].index + 1 : call.newest_event + 1]  # that its outcome raised or closed
            assert call.newest_event == its_events[-1].index + len(alerts)
            assert {event.kind for event in alerts} <= {Kind.ALERT_RAISED, Kind.ALERT_CLOSED}


def event_tells_what_it_may(event):
    """A leaf has the ledger's form, its row's minute and rest, and a subject only where it tells something."""
    leaf = read_payload(event.payload.encode())
    payload = json.loads(event.payload)
    assert (leaf.kind, leaf.at) == (event.kind, to_minute(event.at))
    assert (leaf.subject, leaf.seq) == (event.subject, event.seq)
    assert (event.subject is not None) is (event.kind in TOLD)
    assert payload["by_role"] == event.by_role
    bound = {
        "at": exact(event.at),
        "by": event.by,
        "inquiry": event.inquiry_id,
        "call": event.call_id,
        "screen": SCREEN_VERSION,
        "sealed": event.sealed,
        "detail": event.detail,
    }
    assert payload["rest"] == rest_hash(event.rest_salt, bound)
    assert len(event.salt) == len(event.rest_salt) == SALT_BYTES
    for secret in (PHONE.value, EMAIL.value, DISPATCHER.id, OTHER_DISPATCHER.id):
        assert secret not in event.payload


def row_follows_from_its_events(inquiry, events):
    """The ledger's own verifier follows the leaves, and ends where the row stands."""
    told = [event for event in events if event.kind in TOLD]
    assert [event.seq for event in told] == list(range(inquiry.leaves))
    leaves = [read_payload(event.payload.encode()) for event in told]
    followed = first_leaf(told[0].index, leaves[0])
    for event, leaf in zip(told[1:], leaves[1:], strict=True):
        follow(followed, event.index, leaf)
    assert json.loads(followed.status) == inquiry.status
    assert json.loads(followed.answer) == {"en": inquiry.answer_en, "es": inquiry.answer_es}
    assert (followed.settled_at is None) is (inquiry.settled_at is None)
    assert (followed.withdrawn is not None) is inquiry.withdrawn
    before = None
    for leaf in (leaf.told() for leaf in leaves):
        if leaf.get("answer") is None and "answer" in leaf:
            assert leaf["status"] == before  # a status that changed has an answer of its own
        before = leaf.get("status", before)
    newest = [event for event in events if event.kind != Kind.CALLBACK_READ][-1]
    assert (inquiry.first_event, inquiry.newest_event) == (events[0].index, newest.index)
    assert (inquiry.updated_at, inquiry.last_event_at) == (told[-1].at, events[-1].at)


def row_follows_from_its_calls(office, inquiry):
    its_calls = office.its_calls(inquiry)
    assert inquiry.status is status_of(in_order_of_outcomes(its_calls), withdrawn=inquiry.withdrawn)
    assert inquiry.due_at == due_at(inquiry, its_calls, office.policy.due)
    assert inquiry == with_due_time(inquiry, its_calls, office.policy.due)
    assert inquiry.settled_at is not None or inquiry.status not in SETTLED
    assert not (inquiry.withdrawn and (inquiry.claimed_by or inquiry.callback_kind or inquiry.due_at))
    assert [call.ordinal for call in its_calls] == list(range(1, len(its_calls) + 1))
    has_box = office.rows(SealedBoxRow, owner_id=inquiry.id, kind=BoxKind.CALLBACK) == 1
    assert has_box is (inquiry.callback_kind is not None)


def test_any_history_is_told_as_it_happened(shared_database):
    with shared_database.writing.connect() as connection:
        run_state_machine_as_test(
            lambda: AnyHistory(connection),
            settings=settings(
                max_examples=20,
                stateful_step_count=30,
                deadline=None,
                # A history that fails is printed as it came: a shorter one takes minutes (Phase.shrink).
                phases=[Phase.reuse, Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
