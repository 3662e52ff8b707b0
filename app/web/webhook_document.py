"""The document's `webhooks`: each event that is sent, its payload, an example, its headers, and what to answer."""

from typing import Any

from app.domain.webhook import MessageType
from app.web.schemas.messages import Message

Json = dict[str, Any]

_TOLD = {
    MessageType.INQUIRY_LOGGED: (
        "An inquiry was logged",
        "Sent once for each inquiry.",
    ),
    MessageType.CALL_OUTCOME_RECORDED: (
        "A call's outcome was recorded",
        (
            "One message for each inquiry that the call covers; a later join to a call with one too. A correction"
            " is told as `inquiry.status_changed`."
        ),
    ),
    MessageType.INQUIRY_STATUS_CHANGED: (
        "An inquiry's status changed",
        (
            "By a call, an outcome, a correction or a withdrawal. After a correction `supersedes` names the message"
            " that told the status which no longer stands."
        ),
    ),
    MessageType.ALERT_CITY_FACILITY: (
        "Activity at a City facility",
        "Sent again, under another id, each time that nobody has acknowledged the alert in time: three times at most.",
    ),
    MessageType.ALERT_POSSIBLE_IMPERSONATION: (
        "A possible impersonation",
        (
            "ICE said that it is not ICE. Sent again as above. Where a correction takes that back,"
            " `inquiry.status_changed` says so."
        ),
    ),
}
_NAMED_ID = "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41"


def _data(status: str, since: str, flags: list[str], facility: Json | None, supersedes: str | None = None) -> Json:
    return {
        "id": _NAMED_ID,
        "number": "2026-000123",
        "status": status,
        "status_since": since,
        "area_command": "southeast",
        "activity": "worksite" if facility is None else "city_facility",
        "facility": facility,
        "flags": flags,
        "supersedes": supersedes,
    }


_LOGGED_AT, _SETTLED_AT, _CORRECTED_AT = (f"2026-01-31T18:{minute}:05.123Z" for minute in ("04", "08", "41"))
_HALL = {"slug": "city-hall", "name": "City Hall"}
_NOT_ICE = _data("not_ice", _SETTLED_AT, ["possible_impersonation"], None)
EXAMPLES: dict[MessageType, Json] = {
    message: {"type": message.value, "timestamp": at, "data": data}
    for message, at, data in (
        (MessageType.INQUIRY_LOGGED, _LOGGED_AT, _data("open", _LOGGED_AT, [], None)),
        (MessageType.CALL_OUTCOME_RECORDED, _SETTLED_AT, _NOT_ICE),
        (
            MessageType.INQUIRY_STATUS_CHANGED,
            _CORRECTED_AT,
            _data("confirmed", _CORRECTED_AT, [], None, "019a9c22-5f08-7b11-8c00-1a2b3c4d5e6f"),
        ),
        (MessageType.ALERT_CITY_FACILITY, _LOGGED_AT, _data("open", _LOGGED_AT, ["city_facility"], _HALL)),
        (MessageType.ALERT_POSSIBLE_IMPERSONATION, _SETTLED_AT, _NOT_ICE),
    )
}
_HEADERS = {
    "webhook-id": ("The message's id, the same at each attempt: a receiver knows a repeat by it.", _NAMED_ID),
    "webhook-timestamp": ("When this attempt was signed, in seconds since 1970.", "1769882885"),
    "webhook-signature": (
        (
            "HMAC-SHA256 over `id.timestamp.body`, in base 64 after `v1,`; for a day after a rotation two, with a space"
            " between."
        ),
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
}
_ANSWERS = {
    "2XX": {"description": "Taken. Nothing else is a success; answer within 15 seconds."},
    "410": {"description": "No more, please: the endpoint is stopped, and what waits for it has failed."},
    "default": {"description": "Tried again, at 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h."},
}


def webhook_schemas() -> Json:
    """Return the schemas of the messages, by name."""
    schema = Message.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas: Json = schema.pop("$defs")
    schemas.pop(MessageType.__name__)
    for message in MessageType:
        constant = {"type": "string", "const": message.value, "title": "Type"}
        title = _schema_name(message)
        schemas[title] = {**schema, "title": title, "properties": {**schema["properties"], "type": constant}}
    return schemas


def webhook_operations() -> Json:
    """Return the document's `webhooks`: an operation of the receiver's for each event."""
    return {message.value: {"post": _operation(message)} for message in MessageType}


def _operation(message: MessageType) -> Json:
    summary, description = _TOLD[message]
    content = {
        "schema": {"$ref": f"#/components/schemas/{_schema_name(message)}"},
        "example": EXAMPLES[message],
    }
    return {
        "tags": ["webhooks"],
        "summary": summary,
        "description": description,
        "operationId": "receive_" + message.value.replace(".", "_"),
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": text,
                "schema": {"type": "string"},
                "example": example,
            }
            for name, (text, example) in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": _ANSWERS,
        "security": [],
    }


def _schema_name(message: MessageType) -> str:
    return "".join(part.capitalize() for part in message.value.replace("_", ".").split(".")) + "Message"
