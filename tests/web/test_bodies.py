"""Bad bodies: each gets one clear problem, the same on both engines, and nothing of it comes back."""

import gzip
import json
import zlib

import pytest

from tests.problem import codes, is_problem, pointers

CANARY = "Zxq81canary"
JSON = {"Content-Type": "application/json"}
LOGGED = "/v1/inquiries"


def changed(body, pointer, value):
    """Return the body with another value at a pointer."""
    copy = json.loads(json.dumps(body))
    *above, last = pointer.strip("/").split("/")
    place = copy
    for name in above:
        place = place[name]
    place[last] = value
    return copy


def as_text(body, pointer, literal):
    """Return the body as JSON text with a literal, whatever it is, at a pointer."""
    return json.dumps(changed(body, pointer, "@@")).replace('"@@"', literal)


NOT_COLLECTED = [
    *("immigration_status", "citizenship", "nationality", "country_of_birth", "a_number", "ssn", "name", "race"),
    *("estatus_migratorio", "date_of_birth", "ethnicity", "nombre", "ciudadania", "nacionalidad", "Date-Of-Birth"),
    *("observed_language", "fecha_de_nacimiento", "apellido", "país_de_origen", "immigrationStatus"),
]


@pytest.mark.parametrize("field", NOT_COLLECTED)
@pytest.mark.parametrize("parent", ["", "/place", "/observation", "/callback"])
def test_a_field_that_asks_for_what_is_not_collected_is_told_so_wherever_it_stands(shared_desk, parent, field):
    body = shared_desk.an_inquiry(callback={"phone": "+15055550100"})

    answer = shared_desk.post(LOGGED, changed(body, f"{parent}/{field}", CANARY))

    problem = is_problem(answer, "not-collected")
    assert pointers(problem) == [parent]
    assert field not in answer.text
    assert CANARY not in answer.text


@pytest.mark.parametrize("parent", ["", "/place", "/observation", "/callback"])
def test_an_unknown_field_is_refused_at_its_parent_and_its_name_is_not_repeated(shared_desk, parent):
    body = shared_desk.an_inquiry(callback={"phone": "+15055550100"})

    answer = shared_desk.post(LOGGED, changed(body, f"{parent}/{CANARY}", 1))

    problem = is_problem(answer, "invalid-request")
    assert (pointers(problem), codes(problem)) == ([parent], ["unknown_field"])
    assert CANARY not in answer.text


def test_what_is_not_collected_is_found_below_a_field_that_is_unknown(shared_desk):
    answer = shared_desk.post(LOGGED, {**shared_desk.an_inquiry(), CANARY: [{"deeper": {"nationality": CANARY}}]})

    assert pointers(is_problem(answer, "not-collected")) == [""]
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/tokens", {"name": "a desk", "role": "intake"}),
        ("/v1/facilities", {"slug": "a-library", "name": "A library", "latitude": 35.1, "longitude": -106.6}),
    ],
)
def test_a_field_of_ours_does_not_ask_for_what_is_not_collected_whatever_stands_beside_it(shared_desk, path, body):
    supervisor = shared_desk.as_("supervisor")

    is_problem(supervisor.post(path, {**body, CANARY: 1}), "invalid-request")
    is_problem(supervisor.post(path, {**body, CANARY: {"name": 1}}), "not-collected")
    is_problem(supervisor.post(path, {**body, "place": {"name": 1}}), "not-collected")


def test_the_language_of_an_answer_is_asked_for_and_the_language_of_who_was_observed_never(shared_desk):
    body = shared_desk.an_inquiry(language="es")

    is_problem(shared_desk.post(LOGGED, {**body, CANARY: 1}), "invalid-request")
    observed = is_problem(shared_desk.post(LOGGED, changed(body, "/observation/language", "es")), "not-collected")
    assert pointers(observed) == ["/observation"]


@pytest.mark.parametrize(
    "field", ["id", "number", "receipt", "status", "received_at", "received_by", "answer", "flags"]
)
def test_no_field_of_the_service_can_be_set_by_a_client(shared_desk, field):
    problem = is_problem(shared_desk.post(LOGGED, {**shared_desk.an_inquiry(), field: "x"}), "invalid-request")

    assert codes(problem) == ["unknown_field"]


NOT_JSON = {
    "cut off": '{"x": ',
    "nothing": "",
    "two values": "{} {}",
    "a comment": "{} // ",
    "a byte order mark": "\ufeff{}",
    "single quotes": "{'x': 1}",
    "a trailing comma": '{"x": 1,}',
    "deep lists": "[" * 60_000,
    "closed deep lists": "[" * 20_000 + "]" * 20_000,
}


@pytest.mark.parametrize("text", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_no_json_is_400(shared_desk, text):
    is_problem(shared_desk.post(LOGGED, content=text.encode(), headers=JSON), "invalid-request", status=400)


MALFORMED_UTF_8 = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe9"]


@pytest.mark.parametrize("raw", MALFORMED_UTF_8)
def test_malformed_utf_8_is_400(shared_desk, raw):
    text = json.dumps(shared_desk.an_inquiry(note="@@")).encode().replace(b"@@", raw)

    is_problem(shared_desk.post(LOGGED, content=text, headers=JSON), "invalid-request", status=400)


LITERALS = {
    "NaN": ("/place/latitude", "NaN"),
    "Infinity": ("/place/longitude", "-Infinity"),
    "a number past every float": ("/place/latitude", "1" * 400),
    "an exponent past every float": ("/place/latitude", "1e999"),
    "a huge whole number": ("/observation/agents", "1" + "0" * 400),
    "a whole number of 5,000 digits": ("/observation/agents", "9" * 5000),
    "half a surrogate pair": ("/observation/note", '"\\ud800"'),
    "the other half": ("/observation/note", '"a\\udfff"'),
    "surrogates in the wrong order": ("/place/address", '"\\udc00\\ud800"'),
}


@pytest.mark.parametrize(("pointer", "literal"), LITERALS.values(), ids=LITERALS)
def test_a_literal_that_readers_read_differently_is_refused(shared_desk, pointer, literal):
    text = as_text(shared_desk.an_inquiry(), pointer, literal)

    answer = shared_desk.post(LOGGED, content=text.encode(), headers=JSON)

    is_problem(answer, "invalid-request", status=answer.status_code)
    assert answer.status_code in {400, 422}


def test_half_a_surrogate_pair_is_refused_as_a_field_s_name_too(shared_desk):
    text = json.dumps({**shared_desk.an_inquiry(), "@@": 1}).replace("@@", "\\ud83d")

    is_problem(shared_desk.post(LOGGED, content=text.encode(), headers=JSON), "invalid-request", status=400)


@pytest.mark.parametrize("pointer", ["/source", "/place/address", "/observation/activity"])
def test_a_name_that_stands_twice_is_400(shared_desk, pointer):
    body = shared_desk.an_inquiry()
    text = as_text(body, pointer, f'"police", "{pointer.rpartition("/")[2]}": "{CANARY}"')

    answer = shared_desk.post(LOGGED, content=text.encode(), headers=JSON)

    is_problem(answer, "invalid-request", status=400)
    assert CANARY not in answer.text


@pytest.mark.parametrize("depth", [50, 200, 400, 600, 900])
@pytest.mark.parametrize("shape", [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")], ids=["lists", "objects", "both"])
def test_a_deep_body_is_a_clear_problem(shared_desk, shape, depth):
    opened, closed = shape
    text = as_text(shared_desk.an_inquiry(), "/deep", opened * depth + "1" + closed * depth)

    answer = shared_desk.post(LOGGED, content=text.encode(), headers=JSON | {"Idempotency-Key": "deep"})

    is_problem(answer, "invalid-request", status=answer.status_code)
    assert answer.status_code in {400, 422}


TEXTS = {"/place/address": 200, "/observation/note": 2000, "/outlet": 200}
CONTROLS = ["\0", "\x01", "\x08", "\x0b", "\x1b", "\x7f", "\x85", "\r"]


@pytest.mark.parametrize("pointer", TEXTS)
@pytest.mark.parametrize("control", CONTROLS)
def test_nul_and_control_characters_are_refused_in_every_text(shared_desk, pointer, control):
    body = shared_desk.an_inquiry(source="media", outlet="KUNM")

    problem = is_problem(shared_desk.post(LOGGED, changed(body, pointer, f"a{control}b")), "invalid-request")

    assert (pointers(problem), codes(problem)) == ([pointer], ["control_character"])


def test_newline_and_tab_may_stand_in_a_text(shared_desk):
    note = "Two white SUVs.\n\tOne blue van."

    assert shared_desk.logged(note=note)["observation"]["note"] == note


@pytest.mark.parametrize("control", CONTROLS)
def test_control_characters_are_refused_by_the_screen_s_own_route(shared_desk, control):
    assert codes(is_problem(shared_desk.post("/v1/screen", {"text": f"a{control}b"}), "invalid-request")) == [
        "control_character"
    ]


@pytest.mark.parametrize(("pointer", "most"), TEXTS.items())
def test_a_text_may_have_just_its_length_in_characters_of_any_script(shared_desk, pointer, most):
    body = shared_desk.an_inquiry(source="media", outlet="KUNM")

    assert shared_desk.post(LOGGED, changed(body, pointer, "𝛼" * most)).status_code == 201  # noqa: RUF001  # meant: four bytes in UTF-8
    assert codes(is_problem(shared_desk.post(LOGGED, changed(body, pointer, "a" * (most + 1))), "invalid-request")) == [
        "too_long"
    ]


WRONG = {
    "/source": ["press", 1, None, True, ["public"], {}, "PUBLIC", ""],
    "/channel": ["fax", 311, None],
    "/language": ["fr", 1, "EN"],
    "/ongoing": ["true", 1, 0, "yes"],
    "/outlet": [1, "", " ", ["KUNM"]],
    "/place": [None, [], "1200 Central Ave SE", 1],
    "/place/address": [1, True, {}, [], "", " \n\t"],
    "/place/latitude": ["35.08", True, 90.001, -91, [35.08]],
    "/place/longitude": ["-106", False, 180.5, -181],
    "/place/facility": [1, "City Hall", "-x", "x--y", "ú"],
    "/place/area_command": ["downtown", 1, None],
    "/observation": [None, [], "x"],
    "/observation/activity": [None, "raid", 1],
    "/observation/agents": ["4", 4.5, 4.0, True, -1, 1000, 2**70],
    "/observation/vehicles": ["2", 2.5, -1],
    "/observation/markings": ["ice", ["fbi"], [1], ["ice", "ice"], {}],
    "/observation/note": [1, True, ["x"], ""],
    "/callback": ["+15055550100", [], {}],
    "/callback/phone": ["5055550100", 15055550100, "+1 505 555 0100", "+0123456789", "+1505555010x", "+١٥٠٥٥٥٥٠١٠٠"],  # noqa: RUF001  # meant: digits of another script
    "/callback/email": ["a", "a@b@c", "a b@example.com", 1],
    "/observed_at": [
        *(1769882645, 1769882645.5, "1769882645", True, None, "yesterday", "2026-03-10", "2026-03-10 18:55:00Z"),
        *("2026-03-10T18:55:00", "2026-03-10T18:55Z", "2026-02-30T18:55:00Z", "2026-03-10T24:01:00Z"),
        *("2026-03-10T18:55:00+25:00", "20260310T185500Z", "٢٠٢٦-٠٣-١٠T18:55:00Z", "0000-01-01T00:00:00Z"),  # noqa: RUF001  # as above
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-10T18:55:60Z", "2026-W11-2T18:55:00Z"),
    ],
    "/asked_at": [1769882645, "now", {}],
}


@pytest.mark.parametrize(("pointer", "value"), [(pointer, value) for pointer in WRONG for value in WRONG[pointer]])
def test_a_wrong_value_is_refused_at_its_field(shared_desk, pointer, value):
    body = shared_desk.an_inquiry(source="media", outlet="KUNM")
    if pointer.startswith("/callback/"):
        body["callback"] = {}

    answer = shared_desk.post(LOGGED, changed(body, pointer, value))

    found = pointers(is_problem(answer, "invalid-request"))
    assert found
    assert all(each == pointer or each.startswith(f"{pointer}/") for each in found), found


def test_no_wrong_value_comes_back(shared_desk):
    body = shared_desk.an_inquiry()
    for pointer in WRONG:
        answer = shared_desk.post(LOGGED, changed(body | {"callback": {}}, pointer, [CANARY, {CANARY: CANARY}]))
        is_problem(answer, "invalid-request")
        assert CANARY not in answer.text


@pytest.mark.parametrize("time", ["2026-03-10T12:55:00-06:00", "2026-03-10t18:55:00z", "2026-03-10T18:55:00.000000Z"])
def test_every_form_of_an_rfc_3339_time_is_read_and_answered_in_utc(shared_desk, time):
    assert shared_desk.logged(observed_at=time)["observed_at"] == "2026-03-10T18:55:00.000Z"


@pytest.mark.parametrize("required", ["source", "channel", "observed_at", "place", "observation"])
def test_what_is_required_is_asked_for(shared_desk, required):
    body = shared_desk.an_inquiry()
    del body[required]

    problem = is_problem(shared_desk.post(LOGGED, body), "invalid-request")

    assert (pointers(problem), codes(problem)) == ([f"/{required}"], ["required"])


@pytest.mark.parametrize("place", [{}, {"latitude": 35.08}, {"longitude": -106.6}, {"area_command": "valley"}])
def test_a_place_has_an_address_or_both_coordinates(shared_desk, place):
    problem = is_problem(shared_desk.post(LOGGED, {**shared_desk.an_inquiry(), "place": place}), "invalid-request")

    assert pointers(problem) == ["/place"]


def test_a_place_may_have_coordinates_alone(shared_desk):
    place = {"latitude": 35, "longitude": -106.63}

    assert shared_desk.post(LOGGED, {**shared_desk.an_inquiry(), "place": place}).status_code == 201


def test_a_callback_is_a_phone_or_an_email_and_not_both(shared_desk):
    both = {"phone": "+15055550100", "email": "asker@example.org"}

    problem = is_problem(shared_desk.post(LOGGED, shared_desk.an_inquiry(callback=both)), "invalid-request")

    assert pointers(problem) == ["/callback"]


def test_only_the_media_have_an_outlet(shared_desk):
    assert pointers(is_problem(shared_desk.post(LOGGED, shared_desk.an_inquiry(outlet="KUNM")), "invalid-request"))


@pytest.mark.parametrize("minutes", [-3, 31 * 24 * 60])
@pytest.mark.parametrize("field", ["observed_at", "asked_at"])
def test_a_time_lies_neither_in_the_future_nor_more_than_30_days_ago(shared_desk, field, minutes):
    body = shared_desk.an_inquiry() | {field: shared_desk.clock.ago(minutes=minutes)}

    assert pointers(is_problem(shared_desk.post(LOGGED, body), "invalid-request")) == [f"/{field}"]


def test_a_client_s_clock_may_run_two_minutes_ahead(shared_desk):
    ahead = shared_desk.clock.ago(minutes=-2)

    shared_desk.logged(observed_at=ahead, asked_at=ahead)


# Size and media type


def test_a_body_of_64_kib_is_read_and_one_byte_more_is_too_large(shared_desk):
    text = json.dumps(shared_desk.an_inquiry()).encode()

    most = text + b" " * (64 * 1024 - len(text))
    assert shared_desk.post(LOGGED, content=most, headers=JSON).status_code == 201
    is_problem(shared_desk.post(LOGGED, content=most + b" ", headers=JSON), "too-large")


def test_a_body_that_does_not_say_how_long_it_is_may_be_no_longer(shared_desk):
    async def in_chunks():
        for _ in range(70):
            yield b" " * 1024

    is_problem(shared_desk.post(LOGGED, content=in_chunks(), headers=JSON), "too-large")


@pytest.mark.parametrize(
    "media_type",
    [
        *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/xml"),
        *("application/json; charset=latin-1", "application/jsonp", "text/json", "application/json, text/plain"),
    ],
)
def test_a_body_of_another_media_type_is_refused(shared_desk, media_type):
    text = json.dumps(shared_desk.an_inquiry()).encode()

    answer = shared_desk.post(LOGGED, content=text, headers={"Content-Type": media_type})

    is_problem(answer, "unsupported-media-type")


@pytest.mark.parametrize(("coding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("gzip", bytes)])
def test_a_compressed_body_is_told_what_is_wrong_with_it(shared_desk, coding, compress):
    """Not that it were no JSON, nor is what says that it is compressed taken as it stands (RFC 9110, 15.5.16)."""
    body = compress(json.dumps(shared_desk.an_inquiry()).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}

    is_problem(shared_desk.post(LOGGED, content=body, headers=headers), "unsupported-media-type")
    headers["Content-Encoding"] = "identity"
    plain = shared_desk.post(LOGGED, content=json.dumps(shared_desk.an_inquiry()).encode(), headers=headers)
    assert plain.status_code == 201


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "Application/JSON", 'application/json; charset="UTF-8"']
)
def test_json_in_utf_8_is_taken_however_it_is_named(shared_desk, media_type):
    text = json.dumps(shared_desk.an_inquiry()).encode()

    assert shared_desk.post(LOGGED, content=text, headers={"Content-Type": media_type}).status_code == 201


@pytest.mark.parametrize("body", [[], "x", 1, None, True, [{}]])
def test_a_body_is_an_object(shared_desk, body):
    answer = shared_desk.post(LOGGED, content=json.dumps(body).encode(), headers=JSON)

    is_problem(answer, "invalid-request")
