"""An example for each body that the API's document names, put where a route gives none of its own."""

from typing import Any

from app.web import examples

_ID, _CALLER = examples.SHORT["id"], examples.TOKEN["id"]
_OUTCOME = {
    "outcome": "not_ice",
    "agency": "ero",
    "answered_by": "duty officer",
    "reference": "ERO-2026-0417",
    "note": "The officer looked through the day's operations before answering.",
}
_NEARBY = {
    "id": "019a9c1d-3f20-7b44-8c00-1a2b3c4d5e6f",
    "number": "2026-000122",
    "block": "1200 block of Central Ave SE",
    "distance_m": 42,
    "activity": "worksite",
    "asked_at": "2026-01-31T17:50:00.000Z",
    "status": "calling",
    "call": {"id": examples.CALL["id"], "outcome": None, "placed_at": "2026-01-31T17:58:00.000Z"},
}
_EVENT = {
    "index": 4711,
    "at": "2026-01-31T18:04:05.123Z",
    "kind": "inquiry:claimed",
    "by": _CALLER,
    "by_role": "dispatcher",
    "data": {},
}
_READY = {
    **dict.fromkeys(("status", "database", "migrations", "writer", "clock", "vault", "ledger", "erasing"), "ok"),
    "screen_version": "1.0.0+3f2b8a6d5c41",
    "erasures_waiting": 0,
}
_DELIVERY = {
    "id": "019a9c20-2c30-7e21-9b00-6d2e3f4a5b70",
    "message_id": "msg_019a9c202c307e219b006d2e3f4a5b6f",
    "type": "inquiry.status_changed",
    "inquiry_id": _ID,
    "created_at": "2026-01-31T18:08:00.000Z",
    "state": "delivered",
    "attempts": 1,
    "last_attempt_at": "2026-01-31T18:08:00.310Z",
    "last_result": "accepted",
    "last_status": 204,
    "next_attempt_at": None,
}

BY_SCHEMA: dict[str, object] = {
    "InquiryInput": {
        "source": "public",
        "channel": "phone",
        "language": "es",
        "asked_at": "2026-01-31T18:03:00Z",
        "observed_at": "2026-01-31T17:55:00Z",
        "ongoing": True,
        "place": {"address": "1200 Central Ave SE", "latitude": 35.08, "longitude": -106.63},
        "observation": examples.INQUIRY["observation"],
        "callback": {"phone": "+15055550100"},
    },
    "ClaimInput": {"take": False},
    "AnsweredInput": {"method": "phone", "status": "not_ice"},
    "WithdrawInput": {"reason": "duplicate", "replaced_by": _NEARBY["id"]},
    "CallbackInput": {"phone": "+15055550100"},
    "CallInput": {"inquiry_ids": [_ID], "placed_at": "2026-01-31T18:06:00Z"},
    "OutcomeInput": _OUTCOME,
    "CorrectionInput": {**_OUTCOME, "reason": "ICE called back: the operation was its own after all."},
    "JoinInput": {"inquiry_ids": [_NEARBY["id"]]},
    "ScreenInput": {"text": "Four people in vests beside two white SUVs, blocking the loading dock."},
    "ContactInput": {"title": "ICE ERO duty desk", "agency": "ero", "phone": "+15055550111", "hours": None},
    "ContactChange": {"hours": "Mo-Fr 08:00-17:00", "priority": 20},
    "FacilityInput": {name: value for name, value in examples.FACILITY.items() if name != "id"},
    "FacilityChange": {"name": "City Hall and annex"},
    "TokenInput": {"name": "dispatch desk 4", "role": "dispatcher", "expires_at": "2027-01-31T00:00:00Z"},
    "WebhookInput": {name: examples.WEBHOOK[name] for name in ("url", "description", "events")},
    "WebhookChange": {"active": False},
    "InquiryView": examples.INQUIRY,
    "CallbackView": {
        "kind": "phone",
        "phone": "+15055550100",
        "email": None,
        "erase_after": "2026-03-02T18:04:05.123Z",
    },
    "Nearby": {"items": [_NEARBY]},
    "Timeline": {"items": [_EVENT]},
    "CallView": examples.CALL,
    "ScreenView": {"accepted": True, "findings": []},
    "ContactView": examples.CONTACT,
    "FacilityView": examples.FACILITY,
    "TokenView": examples.TOKEN,
    "AlertView": examples.ALERT,
    "WebhookView": examples.WEBHOOK,
    "DeliveryView": _DELIVERY,
    "Alive": {"status": "ok"},
    "Readiness": _READY,
}
_PAGE = "Page_"
_BY_MEDIA_TYPE = {
    "text/csv": "number,asked_at,status\n2026-000123,2026-01-31T18:04:00Z,not_ice\n",
    "application/geo+json": '{"type": "FeatureCollection", "features": []}',
    "application/atom+xml": '<feed xmlns="http://www.w3.org/2005/Atom"><title>…</title></feed>',
    "text/plain": "log.example/apd\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— log.example/apd …\n",
}


def add_examples(operation: dict[str, Any]) -> None:
    """Give each body of an operation that has no example the one of its schema, or of its media type."""
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for body in (operation.get("requestBody", {}), *answers):
        for media_type, content in body.get("content", {}).items():
            if "example" not in content and "examples" not in content:
                found = _example_of(content.get("schema", {})) or _BY_MEDIA_TYPE.get(media_type)
                if found is not None:
                    content["example"] = found


def _example_of(schema: dict[str, Any]) -> object:
    alternatives = [schema, *schema.get("anyOf", ())]
    names = [each["$ref"].rpartition("/")[2] for each in alternatives if "$ref" in each]
    for name in names:
        if name in BY_SCHEMA:
            return BY_SCHEMA[name]
        if name.startswith(_PAGE):
            item = BY_SCHEMA.get(name.removeprefix(_PAGE).removesuffix("_"))
            return None if item is None else {"items": [item], "next": None}
    return None
