"""Examples for the API's document: one inquiry at an invented place, all the way to its answer."""

from app.domain.answer import Facts, answer_for
from app.domain.status import Status

_ANSWER = answer_for(Facts(Status.OPEN))

SHORT = {
    "id": "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41",
    "number": "2026-000123",
    "receipt": "K7QF-2M9X-TD3W",
    "status": "open",
    "status_since": "2026-01-31T18:04:05.123Z",
    "answer": {"en": _ANSWER.en, "es": _ANSWER.es},
    "received_at": "2026-01-31T18:04:05.123Z",
}
INQUIRY = {
    **SHORT,
    "source": "public",
    "outlet": None,
    "channel": "phone",
    "language": "es",
    "asked_at": "2026-01-31T18:03:00.000Z",
    "observed_at": "2026-01-31T17:55:00.000Z",
    "ongoing": True,
    "place": {
        "address": "1200 Central Ave SE",
        "latitude": 35.08,
        "longitude": -106.63,
        "facility": None,
        "area_command": "southeast",
        "block": "1200 block of Central Ave SE",
    },
    "observation": {
        "activity": "worksite",
        "agents": 4,
        "vehicles": 2,
        "markings": ["police"],
        "note": "Four people in vests beside two white SUVs, blocking the loading dock.",
    },
    "received_by": "019a9c1c-0000-7000-8000-000000000001",
    "late": False,
    "calls": [],
    "callback": {"kind": "phone", "hint": "…00", "erase_after": "2026-03-02T18:04:05.123Z"},
    "due_at": "2026-01-31T18:09:05.123Z",
    "claimed_by": None,
    "claimed_at": None,
    "answered_at": None,
    "withdrawn_reason": None,
    "replaced_by": None,
    "flags": [],
}
LOGGED = {**INQUIRY, "nearby": []}
CALL = {
    "id": "019a9c1f-1b20-7d11-8a00-5c1d2e3f4a5b",
    "inquiry_ids": [SHORT["id"]],
    "contact_id": "019a9c1c-0000-7000-8000-000000000002",
    "placed_at": "2026-01-31T18:06:00.000Z",
    "placed_by": "019a9c1c-0000-7000-8000-000000000001",
    "outcome": "not_ice",
    "agency": "ero",
    "answered_by": "duty officer",
    "reference": None,
    "note": None,
    "outcome_at": "2026-01-31T18:08:00.000Z",
    "recorded_by": "019a9c1c-0000-7000-8000-000000000001",
    "corrections": [],
}
CONTACT = {
    "id": "019a9c1c-0000-7000-8000-000000000002",
    "title": "ICE ERO duty desk",
    "agency": "ero",
    "phone": "+15055550111",
    "hours": None,
    "active": True,
    "priority": 1,
}
FACILITY = {
    "id": "019a9c1c-0000-7000-8000-000000000003",
    "slug": "city-hall",
    "name": "City Hall",
    "latitude": 35.0868,
    "longitude": -106.6505,
}
TOKEN = {
    "id": "019a9c1c-0000-7000-8000-000000000001",
    "name": "dispatch desk 4",
    "role": "dispatcher",
    "created_at": "2026-01-31T17:00:00.000Z",
    "created_by": "operator",
    "expires_at": None,
    "revoked_at": None,
}
STATUS = {
    "receipt": "K7QF-2M9X-TD3W",
    "number": "2026-000123",
    "status": "open",
    "answer": {"en": _ANSWER.en, "es": _ANSWER.es},
    "received_at": "2026-01-31T18:04:05.123Z",
    "updated_at": "2026-01-31T18:04:05.123Z",
    "calls": 0,
    "last_call_at": None,
}
LOG_ENTRY = {
    "number": "2026-000123",
    "asked_at": "2026-01-31T18:04:00Z",
    "observed_at": "2026-01-31T17:55:00Z",
    "block": "1200 block of Central Ave SE",
    "area_command": "southeast",
    "activity": "worksite",
    "source": "public",
    "outlet": None,
    "status": "not_ice",
    "answer": {
        "en": "ICE told APD at 11:21 that this is not an ICE operation. It may be another agency.",
        "es": "ICE le dijo a APD a las 11:21 que esta no es una operación de ICE. Puede ser otra agencia.",
    },
    "calls": [{"placed_at": "2026-01-31T18:06:00Z", "outcome": "not_ice", "agency": "ero"}],
    "minutes_to_call": 2,
    "minutes_to_answer": 17,
    "late": False,
    "corrections": [],
    "alerts": [],
    "published_at": "2026-02-01T18:21:00Z",
    "updated_at": "2026-02-01T18:21:00Z",
}
LOG_PAGE = {"items": [LOG_ENTRY], "next": None}
EVIDENCE = {
    "checkpoint": "log.example/apd\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 log.example/apd …",
    "events": [
        {
            "index": 3,
            "payload": '{"at":"2026-01-31T18:04:00Z","by_role":"dispatcher","data":{…},"kind":"inquiry:logged",…}',
            "salt": "00112233445566778899aabbccddeeff",
            "proof": ["CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="],
        }
    ],
}
REFUSALS = {"items": [{"month": "2026-01", "category": "identity", "language": "en", "refused": 17}]}
ALERT = {
    "id": "019a9c20-2c30-7e21-9b00-6d2e3f4a5b6c",
    "kind": "possible_impersonation",
    "inquiry_id": SHORT["id"],
    "raised_at": "2026-01-31T18:08:00.000Z",
    "due_at": "2026-01-31T18:13:00.000Z",
    "acknowledged_at": None,
    "acknowledged_by": None,
    "closed_at": None,
}
WEBHOOK = {
    "id": "019a9c1c-0000-7000-8000-000000000004",
    "url": "https://cad.example.org/hooks/ice-confirmation",
    "description": "computer-aided dispatch",
    "events": ["inquiry.status_changed", "alert.possible_impersonation"],
    "active": True,
    "created_at": "2026-01-31T17:00:00.000Z",
    "disabled_at": None,
    "older_secret_until": None,
}
