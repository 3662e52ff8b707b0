"""ETags: the index of the newest event; `If-None-Match` spares a body, `If-Match` keeps two people from colliding."""

from collections.abc import Callable

import pytest

from tests.problem import is_problem

UNKNOWN = "019a9c1e-7a50-7c3e-9f00-3f2b8a6d5c41"


def resources(desk):
    """Return the path of one of each kind of resource."""
    contact = desk.contact()
    inquiry = desk.logged(callback={"phone": "+15055550100"})
    return {
        "inquiry": f"/v1/inquiries/{inquiry['id']}",
        "call": f"/v1/calls/{desk.called(inquiry)['id']}",
        "contact": f"/v1/contacts/{contact['id']}",
        "facility": f"/v1/facilities/{desk.facility()['id']}",
        "token": f"/v1/tokens/{desk.new_token()['id']}",
    }


def test_every_resource_has_a_strong_etag_that_spares_its_body(desk):
    supervisor = desk.as_("supervisor")
    for path in resources(desk).values():
        etag = supervisor.get(path).headers["etag"]
        assert etag.strip('"').isdecimal()
        for header in (etag, f'"x", {etag}', f"W/{etag}", "*"):
            answer = supervisor.get(path, headers={"If-None-Match": header})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag
        assert supervisor.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_who_wants_a_state_that_is_gone_is_told_so_and_not_shown_another(desk):
    supervisor = desk.as_("supervisor")
    for path in resources(desk).values():
        etag = supervisor.get(path).headers["etag"]
        is_problem(supervisor.get(path, headers={"If-Match": '"999"'}), "precondition-failed")
        is_problem(supervisor.get(path, headers={"If-Match": '"999"', "If-None-Match": etag}), "precondition-failed")
        for still_there in (etag, f'"999", {etag}', "*"):
            assert supervisor.get(path, headers={"If-Match": still_there}).status_code == 200


CHANGES: dict[str, Callable[[str], tuple[str, str, object]]] = {
    "claim": lambda of: ("POST", f"{of['inquiry']}/claim", {}),
    "release": lambda of: ("DELETE", f"{of['inquiry']}/claim", None),
    "mend the callback": lambda of: ("PUT", f"{of['inquiry']}/callback", {"email": "asker@example.org"}),
    "erase the callback": lambda of: ("DELETE", f"{of['inquiry']}/callback", None),
    "answered": lambda of: ("POST", f"{of['inquiry']}/answered", {"method": "phone"}),
    "withdraw": lambda of: ("POST", f"{of['inquiry']}/withdraw", {"reason": "by_asker"}),
    "outcome": lambda of: ("POST", f"{of['call']}/outcome", {"outcome": "no_answer"}),
    "correction": lambda of: ("POST", f"{of['call']}/correction", {"outcome": "declined", "reason": "misheard"}),
    "join": lambda of: ("POST", f"{of['call']}/inquiries", {"inquiry_ids": [of["inquiry"].rpartition("/")[2]]}),
    "change a contact": lambda of: ("PATCH", of["contact"], {"priority": 7}),
    "change a facility": lambda of: ("PATCH", of["facility"], {"name": "City Hall annex"}),
    "revoke a token": lambda of: ("DELETE", of["token"], None),
}


STALE = ['"0"', '"nope"', "nonsense", 'W/"0"', f'"{"9" * 5000}"', '""', '"', '"-1"', '"٣"', "", ","]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_has_changed_since_is_412_and_changes_nothing(desk, name):
    supervisor, of = desk.as_("supervisor"), resources(desk)
    if name == "correction":
        supervisor.post(f"{of['call']}/outcome", {"outcome": "no_answer"})
    method, path, body = CHANGES[name](of)
    before = {each: supervisor.get(each).json() for each in of.values()}

    for stale in STALE:
        sent = {} if body is None else {"json": body}
        answer = supervisor.request(method, path, headers=[("If-Match", stale.encode())], **sent)
        is_problem(answer, "precondition-failed")

    assert {each: supervisor.get(each).json() for each in of.values()} == before


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("form", ["{}", '"0", {}', "*"])
def test_a_change_of_what_stands_as_it_was_read_is_made(desk, name, form):
    supervisor, of = desk.as_("supervisor"), resources(desk)
    if name == "correction":
        supervisor.post(f"{of['call']}/outcome", {"outcome": "no_answer"})
    method, path, body = CHANGES[name](of)
    resource = next(each for each in of.values() if path.startswith(each))
    etag = supervisor.get(resource).headers["etag"]

    answer = supervisor.request(
        method, path, headers={"If-Match": form.format(etag)}, **({} if body is None else {"json": body})
    )

    assert answer.status_code == 200
    now = supervisor.get(resource)
    assert answer.headers["etag"] == now.headers["etag"]
    assert answer.json() == now.json()
    # Nothing happens where there is no claim to end, or the inquiry is on the call already.
    assert (now.headers["etag"] == etag) == (name in {"release", "join"})


def test_two_lines_of_if_match_are_one_list(desk):
    """RFC 9110, 5.3: whoever is in between may have split it."""
    path = resources(desk)["inquiry"]
    lines = [("If-Match", '"0"'), ("If-Match", desk.get(path).headers["etag"])]

    assert desk.post(f"{path}/claim", {}, headers=lines).status_code == 200
    is_problem(desk.post(f"{path}/claim", {}, headers=lines), "precondition-failed")


def test_a_weak_etag_changes_nothing(desk):
    path = resources(desk)["inquiry"]
    etag = desk.get(path).headers["etag"]

    is_problem(desk.post(f"{path}/claim", {}, headers={"If-Match": f"W/{etag}"}), "precondition-failed")


def test_a_look_at_the_callback_leaves_the_etag_alone(desk):
    path = resources(desk)["inquiry"]
    etag = desk.get(path).headers["etag"]

    assert desk.get(f"{path}/callback").headers["etag"] == etag
    assert desk.get(path).headers["etag"] == etag


def test_of_two_who_read_the_same_state_the_second_is_told(desk):
    path = resources(desk)["inquiry"]
    etag = desk.get(path).headers["etag"]

    request = ("POST", f"{path}/answered", {"json": {"method": "phone"}, "headers": {"If-Match": etag}})
    answers = desk.at_once([request] * 8)

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
