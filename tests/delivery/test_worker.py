"""The worker takes what is in the outbox to its endpoints: in order, at each one's own pace, until it is there."""

import time
from dataclasses import replace

import pytest
from standardwebhooks import Webhook

from app.delivery.lane import AT_ONCE
from app.domain.delivery import SCHEDULE, Attempt, Result
from app.domain.webhook import MessageType
from app.service.keep_webhooks import change_webhook, remove_webhook, rotate_secret
from app.service.retry_delivery import retry_delivery
from app.store.webhooks import WebhookSecrets, webhooks
from app.store.writer import DatabaseUnavailable
from tests.builders import SUPERVISOR
from tests.delivery import receivers
from tests.delivery.at_work import SECRETS, FastClock, outbox_over, working
from tests.delivery.receivers import receiving, wait_until

LOGGED = MessageType.INQUIRY_LOGGED


def test_messages_start_in_order_and_arrive_signed_and_once(outbox):
    with receiving() as receiver, working(outbox):
        webhook_id, secret = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs(40)
        messages = receiver.wait_for(40)
        wait_until(lambda: outbox.states(webhook_id) == ["delivered"] * 40)

    numbers = {Webhook(secret).verify(each.body, each.headers)["data"]["number"] for each in messages}
    assert numbers == {f"{outbox.clock().year}-{serial:06d}" for serial in range(1, 41)}
    assert outbox.started[receiver.url] == [each.message_id for each in outbox.deliveries(webhook_id)]
    assert sorted(receiver.ids) == sorted(outbox.started[receiver.url])


def test_a_receiver_that_keeps_up_gets_them_in_order(outbox):
    with receiving() as receiver, working(outbox):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        for so_far in range(5, 30, 5):
            outbox.logs(5)
            receiver.wait_for(so_far)

    assert receiver.ids == [each.message_id for each in outbox.deliveries(webhook_id)]


def test_what_another_process_wrote_is_found_without_a_bell(outbox, database_url, vault):
    from app.store.engine import open_database  # noqa: PLC0415  # a second connection, as another process has

    with receiving() as receiver, working(outbox):
        outbox.adds_webhook(receiver.url, LOGGED)
        other = open_database(database_url)
        with outbox_over(other, vault) as elsewhere:
            elsewhere.logs()
            receiver.wait_for(1)
        other.dispose()


def test_each_endpoint_gets_what_it_takes_and_an_endpoint_that_is_stopped_gets_nothing(outbox):
    with receiving() as one, receiving() as two, receiving() as three, working(outbox):
        outbox.adds_webhook(one.url, LOGGED)
        outbox.adds_webhook(two.url, MessageType.ALERT_CITY_FACILITY)
        stopped, _ = outbox.adds_webhook(three.url, LOGGED)
        stop = outbox.writer.submit(
            lambda session: change_webhook(session, stopped, {"active": False}, None, SUPERVISOR, outbox.clock())
        )
        stop.result(10)
        outbox.logs()
        one.wait_for(1)
        time.sleep(0.2)

    assert (len(one.messages), len(two.messages), len(three.messages)) == (1, 0, 0)
    assert outbox.deliveries(stopped) == []


@pytest.mark.parametrize("dead", [receivers.hangs, receivers.drips, receivers.closes_at_once, receivers.says(500)])
def test_a_dead_endpoint_delays_no_other(outbox, dead):
    with receiving(dead) as bad, receiving() as good, working(outbox):
        outbox.adds_webhook(bad.url, LOGGED)
        outbox.adds_webhook(good.url, LOGGED)
        outbox.logs(60)
        good.wait_for(60, seconds=10)  # one after the other behind the dead one they would take two minutes

    assert len(set(good.ids)) == 60


def test_one_message_that_fails_waits_alone_and_comes_again_under_its_id(database, vault):
    """The clock runs 20 times as fast: the second attempt, 5 s later, comes after 0.25 s."""
    with (
        outbox_over(database, vault, FastClock(20)) as outbox,
        receiving(receivers.in_turn(receivers.closes_after_reading, receivers.accepts)) as receiver,
        working(outbox),
    ):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs(5)
        receiver.wait_for(6)
        wait_until(lambda: outbox.states(webhook_id) == ["delivered"] * 5)

    first, *others = [each.message_id for each in outbox.deliveries(webhook_id)]
    assert receiver.ids == [first, *others, first]
    assert [each.attempts for each in outbox.deliveries(webhook_id)] == [2, 1, 1, 1, 1]


def test_a_message_is_tried_by_the_schedule_and_then_fails_under_one_id(database, vault):
    """A day in 4.3 seconds."""
    speed = 20_000
    with (
        outbox_over(database, vault, FastClock(speed)) as outbox,
        receiving(receivers.says(503)) as receiver,
        working(outbox),
    ):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs()
        wait_until(lambda: outbox.states(webhook_id) == ["failed"], seconds=20)
        time.sleep(0.3)

    (delivery,) = outbox.deliveries(webhook_id)
    assert len(receiver.ids) == delivery.attempts == len(SCHEDULE)
    assert set(receiver.ids) == {delivery.message_id}
    assert (delivery.last_result, delivery.last_status) == (Result.REFUSED, 503)
    whole_day = receiver.messages[-1].at - receiver.messages[0].at
    assert whole_day > SCHEDULE[-1].total_seconds() * 0.9 / speed  # how much longer is the machine's to say


def test_what_failed_is_replayed_by_hand_under_the_same_id(database, vault):
    with (
        outbox_over(database, vault, FastClock(200_000)) as outbox,
        receiving(receivers.says(500)) as receiver,
    ):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        with working(outbox):
            outbox.logs()
            wait_until(lambda: outbox.states(webhook_id) == ["failed"])
    with outbox_over(database, vault) as outbox, receiving() as mended, working(outbox):
        (failed,) = outbox.deliveries(webhook_id)
        moved = {"url": mended.url}
        outbox.writer.submit(
            lambda session: change_webhook(session, webhook_id, moved, None, SUPERVISOR, outbox.clock())
        ).result(10)
        outbox.writer.submit(
            lambda session: retry_delivery(session, webhook_id, failed.id, None, SUPERVISOR, outbox.clock())
        ).result(10)
        mended.wait_for(1)
        wait_until(lambda: outbox.states(webhook_id) == ["delivered"])

    assert mended.ids == receiver.ids[:1] == [failed.message_id]


def test_an_endpoint_that_is_gone_is_disabled_and_what_waited_has_failed(outbox):
    with receiving(receivers.says(410)) as receiver, working(outbox):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs(20)
        wait_until(lambda: set(outbox.states(webhook_id)) == {"failed"})
        before = len(receiver.messages)
        outbox.logs()
        time.sleep(0.2)

    assert len(receiver.messages) == before <= AT_ONCE  # those that were on their way
    with outbox.database.read() as session:
        assert webhooks.first(session).disabled_at is not None


def test_after_a_rotation_both_secrets_verify_and_after_a_day_the_new_one_alone(outbox, clock):
    with receiving() as receiver, working(outbox):
        webhook_id, old = outbox.adds_webhook(receiver.url, LOGGED)
        rotated = outbox.writer.submit(
            lambda session: rotate_secret(session, SECRETS, webhook_id, None, SUPERVISOR, outbox.clock())
        )
        _, new = rotated.result(10)
        outbox.logs()
        (during,) = receiver.wait_for(1)
        clock.jump(hours=25)
        outbox.logs()
        after = receiver.wait_for(2)[1]

    assert Webhook(new).verify(during.body, during.headers) == Webhook(old).verify(during.body, during.headers)
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    assert len(after.headers["webhook-signature"].split(" ")) == 1


def test_an_endpoint_removed_while_a_message_is_on_its_way_leaves_nothing(outbox):
    with receiving(receivers.answers_late(0.6)) as receiver, working(outbox):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs(6)
        receiver.wait_for(1)
        outbox.writer.submit(
            lambda session: remove_webhook(session, webhook_id, None, SUPERVISOR, outbox.clock())
        ).result(10)
        time.sleep(4)

    assert outbox.deliveries(webhook_id) == []
    assert len(receiver.messages) < 6  # what was claimed a second ago and more was looked at again


def test_a_database_that_is_away_when_a_delivery_is_recorded_makes_no_second_one(outbox):
    attempts, lost = [], []

    async def write(change):
        if attempts and len(lost) < 5:
            lost.append(change)
            raise DatabaseUnavailable
        return await outbox.writer.run(change)

    with receiving() as receiver, working(outbox, write=write, attempted=attempts.append):
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs()
        wait_until(lambda: outbox.states(webhook_id) == ["delivered"])

    assert len(lost) == 5
    assert len(receiver.messages) == 1
    assert attempts == [Result.ACCEPTED]


def test_with_another_key_file_nothing_is_sent_and_the_delivery_says_why(outbox):
    with receiving() as receiver:
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        sealed_elsewhere = WebhookSecrets(b"x" * 32).seal(webhook_id, "whsec_")
        with outbox.database.read() as session:
            webhook = webhooks.first(session)
        outbox.writer.submit(
            lambda session: webhooks.replace(session, webhook, replace(webhook, secret=sealed_elsewhere))
        ).result(10)
        with working(outbox):
            outbox.logs()
            wait_until(lambda: outbox.deliveries(webhook_id)[0].last_result is Result.NOT_SIGNED)

    assert receiver.messages == []


def test_a_slow_endpoint_gets_a_few_at_once_and_no_more(outbox):
    with receiving(receivers.hangs) as receiver, working(outbox):
        outbox.adds_webhook(receiver.url, LOGGED)
        outbox.logs(30)
        receiver.wait_for(2)
        time.sleep(1)  # less than the deadline, after which others begin

        assert 2 <= len(outbox.started[receiver.url]) <= AT_ONCE


def test_a_worker_that_stops_frees_what_it_had(outbox):
    with receiving(receivers.hangs) as receiver:
        webhook_id, _ = outbox.adds_webhook(receiver.url, LOGGED)
        with working(outbox):
            outbox.logs(3)
            receiver.wait_for(1)

    assert [each.leased_by for each in outbox.deliveries(webhook_id)] == [None] * 3
    assert outbox.states(webhook_id) == ["waiting"] * 3


class Accepting:
    """A sender whose every message is taken."""

    async def send(self, _url, _headers, _body):
        return Attempt(Result.ACCEPTED, 204)

    async def close(self):
        pass


def test_a_sender_that_cannot_be_opened_is_opened_later(outbox):
    tried = []

    async def opens():
        tried.append(1)
        if len(tried) < 3:
            raise OSError
        return Accepting()

    with working(outbox, open_sender=opens):
        webhook_id, _ = outbox.adds_webhook("http://127.0.0.1:9/", LOGGED)
        outbox.logs()
        wait_until(lambda: outbox.states(webhook_id) == ["delivered"])
    assert len(tried) == 3
