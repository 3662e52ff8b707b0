"""Use cases without HTTP: each in a batch of its own, on one connection whose transaction is never committed.

So a test costs a few milliseconds, and both engines run all of them; that a batch reaches the disk is shown by the
store's tests. The clock stands still until it is told to move.
"""

import json
from datetime import timedelta

from sqlalchemy import select

from app.domain.actor import SERVICE
from app.domain.inquiry import AnswerMethod, WithdrawalReason
from app.service import claim as claiming
from app.service.correct_call import correct_call
from app.service.erase_callback import erase_callback
from app.service.erase_expired import erase_expired
from app.service.join_call import join_call
from app.service.keep_contacts import add_contact
from app.service.keep_facilities import NewFacility, add_facility
from app.service.log_inquiry import log_inquiry
from app.service.mark_answered import mark_answered
from app.service.mend_callback import mend_callback
from app.service.place_call import place_call
from app.service.read_callback import read_callback
from app.service.record_outcome import record_outcome
from app.service.withdraw import withdraw
from app.store import calls, inquiries
from app.store.session import WriteSession
from app.store.tables import EventRow
from tests.builders import AT, DISPATCHER, MINUTE, SUPERVISOR, a_new_call, a_new_contact, a_new_inquiry, an_outcome
from tests.databases import POLICY, SCREEN_VERSION


class Office:
    """Who runs use cases, at a time that only the test moves."""

    def __init__(self, connection, vault, policy=POLICY):
        self.connection = connection
        self.vault = vault
        self.policy = policy
        self.now = AT

    def later(self, minutes=1, **by):
        """Move the clock on: by minutes, or `days=30`."""
        self.now += minutes * MINUTE if not by else timedelta(**by)
        return self.now

    def run(self, use_case, *arguments, by=DISPATCHER):
        """Run a use case, which takes the session first and then the arguments, who acts, and the time."""
        return self.batch(lambda session: use_case(session, *arguments, by, self.now))

    def batch(self, change):
        """Run a change as the writer runs one: what it refuses leaves nothing behind."""
        with WriteSession(
            self.connection, vault=self.vault, policy=self.policy, screen_version=SCREEN_VERSION
        ) as session:
            session.begin_batch()
            result = change(session)
            session.write_pending()
        for done_outside in session.after_commit:
            done_outside()
        return result

    # The verbs, with what a test seldom asks about left out.

    def logs(self, by=DISPATCHER, **asked):
        """Log an inquiry, asked about now unless the test says otherwise."""
        return self.run(log_inquiry, a_new_inquiry(**{"observed_at": self.now - 5 * MINUTE, **asked}), by=by)

    def contact(self, **changes):
        """Add a contact at ICE."""
        return self.run(add_contact, a_new_contact(**changes), by=SUPERVISOR)

    def facility(self, **changes):
        """Add a City facility."""
        values = {"slug": "city-hall", "name": "City Hall", "latitude": 35.0868, "longitude": -106.6511, **changes}
        return self.run(add_facility, NewFacility(**values), by=SUPERVISOR)

    def calls(self, *inquiries, by=DISPATCHER, **call):
        """Place a call; `outcome="confirmed"` brings its outcome with it."""
        if isinstance(call.get("outcome"), str):
            call["outcome"] = an_outcome(call["outcome"])
        return self.run(place_call, a_new_call(*inquiries, **call), by=by)

    def records(self, call, outcome, agency=None, if_match=None, by=DISPATCHER, **texts):
        """Record an outcome."""
        return self.run(record_outcome, call.id, an_outcome(outcome, agency, **texts), if_match, by=by)

    def corrects(self, call, outcome, agency=None, if_match=None, reason="misheard", by=SUPERVISOR, **texts):
        """Correct an outcome."""
        return self.run(correct_call, call.id, an_outcome(outcome, agency, **texts), reason, if_match, by=by)

    def joins(self, call, *inquiries, if_match=None):
        """Let inquiries join a call."""
        return self.run(join_call, call.id, [inquiry.id for inquiry in inquiries], if_match)

    def answers(self, inquiry, told=None, method=AnswerMethod.PHONE, if_match=None):
        """Mark an inquiry as answered."""
        return self.run(mark_answered, inquiry.id, method, told, if_match)

    def withdraws(self, inquiry, reason=WithdrawalReason.BY_ASKER, replaced_by=None, if_match=None):
        """Withdraw an inquiry."""
        return self.run(withdraw, inquiry.id, reason, replaced_by and replaced_by.id, if_match)

    def claims(self, inquiry, by=DISPATCHER, take=False, if_match=None):  # noqa: FBT002  # the contract's field
        """Claim an inquiry."""
        return self.run(claiming.claim, inquiry.id, take, if_match, by=by)

    def releases(self, inquiry, by=DISPATCHER, if_match=None):
        """End a claim."""
        return self.run(claiming.release, inquiry.id, if_match, by=by)

    def reads_callback(self, inquiry, by=DISPATCHER):
        """Look at an asker's contact."""
        return self.run(read_callback, inquiry.id, by=by)[1]

    def mends_callback(self, inquiry, callback, if_match=None):
        """Put a contact in the place of another."""
        return self.run(mend_callback, inquiry.id, callback, if_match)

    def erases_callback(self, inquiry, if_match=None):
        """Erase an asker's contact."""
        return self.run(erase_callback, inquiry.id, if_match)

    def erases_expired(self):
        """Erase what is due."""
        return self.run(erase_expired, by=SERVICE)

    # What stands.

    def inquiry(self, inquiry):
        """Return an inquiry as it stands."""
        return self.batch(lambda session: inquiries.find(session, inquiry.id))

    def call(self, call):
        """Return a call as it stands."""
        return self.batch(lambda session: calls.find(session, call.id))

    def its_calls(self, inquiry):
        """Return an inquiry's calls as the rules look at them."""
        return self.batch(lambda session: calls.calls_of(session, [inquiry.id])[inquiry.id])

    def events(self, of=None, since=0):
        """Return the events, or those of an inquiry, from an index on."""
        rows = self.batch(lambda session: session.execute(select(EventRow).order_by(EventRow.index)).scalars().all())
        return [row for row in rows if row.index >= since and (of is None or row.inquiry_id == of.id)]

    def kinds(self, of=None, since=0):
        """Return the kinds of the events."""
        return [row.kind.value for row in self.events(of, since)]

    def leaves(self, inquiry):
        """Return what the leaves of an inquiry tell, in the order of seq."""
        payloads = [json.loads(row.payload) for row in self.events()]
        return sorted((each for each in payloads if each["subject"] == inquiry.number), key=lambda each: each["seq"])

    def next_index(self):
        """Return the index of the event that comes next."""
        return self.batch(lambda session: session.next_index)

    def rows(self, table, **equal):
        """Return how many rows of a table have these values."""
        query = select(table).filter_by(**equal)
        return self.batch(lambda session: len(session.execute(query).scalars().all()))
