"""Signatures that others verify: Standard Webhooks' own library, and its published vector."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.delivery.signing import signed_headers
from app.store.webhooks import SECRET_BYTES, new_secret

SECRET, OTHER = new_secret(b"s" * SECRET_BYTES), new_secret(b"o" * SECRET_BYTES)
BODY = '{"type":"inquiry.logged","data":{"note":"ñ"}}'
ID = "019a9c20-aaaa-7000-8000-000000000001"


def test_the_published_vector_of_the_specification():
    """From the Standard Webhooks specification's reference implementations."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)

    headers = signed_headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", body, at)

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-7)), timezone(timedelta(hours=14))])
def test_the_standards_own_library_verifies_whatever_the_clocks_zone(zone):
    headers = signed_headers([SECRET], ID, BODY, datetime.now(zone))

    assert Webhook(SECRET).verify(BODY, headers)["type"] == "inquiry.logged"


@pytest.mark.parametrize("known", [SECRET, OTHER])
def test_with_two_secrets_a_receiver_needs_to_know_but_one(known):
    headers = signed_headers([SECRET, OTHER], ID, BODY, datetime.now(UTC))

    assert Webhook(known).verify(BODY, headers)


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (BODY + " ", {}),
        (BODY, {"webhook-id": ID[:-1] + "2"}),
        (BODY, {"webhook-timestamp": "1"}),
        (BODY, {"webhook-signature": "v1," + base64.b64encode(b"x" * 32).decode()}),
    ],
)
def test_what_was_altered_on_the_way_does_not_verify(body, changed):
    headers = {**signed_headers([SECRET], ID, BODY, datetime.now(UTC)), **changed}

    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers)


def test_a_secret_is_as_long_as_the_standard_asks_and_never_twice_the_same():
    secret = new_secret(bytes(range(SECRET_BYTES)))

    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
