"""*Check this entry*: the browser finds what is sound sound and every tampering, and keeps to the published vectors."""

import base64
import json
import re

import pytest
from playwright.sync_api import expect

from app.ledger.merkle import leaf_hash
from app.web.assets import address_of
from tests.browser.public_pages import entry_numbers
from tests.ledger.test_checkpoint import GO_NOTE, GO_VERIFIER, PUBLISHED_KEY, PUBLISHED_NOTE
from tests.ledger.test_merkle import ROOTS, VECTOR, path_by_definition


@pytest.fixture
def entry(public_site, windows):
    """A page with a settled entry, and what opens it."""
    page = windows.open()
    address = f"{public_site.url}/log/{entry_numbers(public_site)['settled']}?lang=en"
    page.goto(address)
    return page, address


def press(page):
    page.click("[data-check] button")
    result = page.locator("[data-result]")
    expect(result).to_have_class(re.compile("good|bad|warn"))
    expect(result).to_be_focused()
    return result


def with_evidence(page, change):
    """Have the page fetch evidence that was changed on its way."""

    def answer(route):
        found = route.fetch()
        evidence = json.loads(found.text())
        changed = change(evidence)
        route.fulfill(response=found, body=json.dumps(evidence if changed is None else changed))

    page.route("**/evidence", answer)


@pytest.mark.parametrize("kind", ["settled", "corrected", "withdrawn"])
def test_an_entry_as_it_was_recorded_is_found_sound(public_site, windows, kind):
    page = windows.open()
    page.goto(f"{public_site.url}/log/{entry_numbers(public_site)[kind]}?lang=en")

    result = press(page)

    expect(result).to_have_class("notice good")
    expect(result.locator("h3")).to_have_text("This entry is sound.")
    expect(result).to_contain_text("does not prove that what was recorded was true")
    expect(result.locator("pre")).to_contain_text("localhost/ice-confirmation")


def test_it_says_so_in_spanish(public_site, windows):
    page = windows.open(lang="es")
    page.goto(f"{public_site.url}/log/{entry_numbers(public_site)['settled']}?lang=es")

    expect(press(page).locator("h3")).to_have_text("Esta entrada es correcta.")


def other_character(text, place):
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


def altered_payload(evidence):
    event = evidence["events"][0]
    event["payload"] = event["payload"].replace('"source":"', '"source":"x')


def altered_salt(evidence):
    event = evidence["events"][1]
    event["salt"] = ("0" if event["salt"][0] != "0" else "1") + event["salt"][1:]


def altered_proof(evidence):
    event = evidence["events"][2]
    event["proof"][1] = other_character(event["proof"][1], 5)


def shortened_proof(evidence):
    evidence["events"][2]["proof"].pop()


def altered_index(evidence):
    evidence["events"][0]["index"] += 1


def altered_root(evidence):
    lines = evidence["checkpoint"].split("\n")
    lines[2] = other_character(lines[2], 3)
    evidence["checkpoint"] = "\n".join(lines)


def altered_signature(evidence):
    note = evidence["checkpoint"]
    evidence["checkpoint"] = other_character(note, len(note) - 20)


def without_signature(evidence):
    evidence["checkpoint"] = evidence["checkpoint"].split("\n\n")[0] + "\n\n"


def without_the_outcome(evidence):
    kinds = [json.loads(event["payload"])["kind"] for event in evidence["events"]]
    del evidence["events"][kinds.index("inquiry:outcome")]


def without_the_first(evidence):
    del evidence["events"][0]


def doubled(evidence):
    evidence["events"].append(evidence["events"][-1])


def in_another_order(evidence):
    evidence["events"].reverse()


def without_events(evidence):
    evidence["events"] = []


def of_another_form(evidence):
    return {"checkpoint": evidence["checkpoint"]}


def proof_that_is_no_base64(evidence):
    evidence["events"][0]["proof"][0] = "%%%"


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (altered_payload, "not in the signed tree (leaf"),
        (altered_salt, "not in the signed tree (leaf"),
        (altered_proof, "not in the signed tree (leaf"),
        (shortened_proof, "not in the signed tree (leaf"),
        (altered_index, "not in the signed tree (leaf"),
        (altered_root, "signature is not good"),
        (altered_signature, "signature is not good"),
        (without_signature, "signature is not good"),
        (without_the_outcome, "one is missing or doubled"),
        (without_the_first, "one is missing or doubled"),
        (doubled, "one is missing or doubled"),
        (in_another_order, "one is missing or doubled"),
        (without_events, "one is missing or doubled"),
        (of_another_form, "not of the form"),
        (proof_that_is_no_base64, "not of the form"),
    ],
)
def test_evidence_that_was_tampered_with_is_found(entry, tamper, fault):
    page, _ = entry
    with_evidence(page, tamper)

    result = press(page)

    expect(result).to_have_class("notice bad")
    expect(result).to_contain_text("This entry does not check out.")
    expect(result).to_contain_text(fault)


def test_evidence_of_another_inquiry_is_found(public_site, entry):
    page, _ = entry
    other = entry_numbers(public_site)["corrected"]
    page.route("**/evidence", lambda route: route.continue_(url=f"{public_site.url}/v1/log/{other}/evidence"))

    expect(press(page)).to_contain_text("does not match what was committed to")


def test_a_signature_by_another_key_is_found(entry):
    page, _ = entry
    page.route("**/ledger/key", lambda route: route.fulfill(body=PUBLISHED_KEY + "\n"))

    expect(press(page)).to_contain_text("signature is not good")


@pytest.mark.parametrize(
    ("shown", "instead", "field"),
    [
        ("ICE (ERO) told APD", "ICE (HSI) told APD", "answer"),
        ("&#34;source&#34;: &#34;media&#34;", "&#34;source&#34;: &#34;public&#34;", "source"),
        ("&#34;status&#34;: &#34;confirmed&#34;", "&#34;status&#34;: &#34;not_ice&#34;", "status"),
        ("&#34;outcome&#34;: &#34;no_answer&#34;", "&#34;outcome&#34;: &#34;declined&#34;", "calls"),
    ],
)
def test_a_page_that_says_something_else_than_the_events_is_found(entry, shown, instead, field):
    page, address = entry

    def answer(route):
        found = route.fetch()
        text = found.text()
        assert shown in text
        route.fulfill(response=found, body=text.replace(shown, instead, 1))

    page.route(address, answer)
    page.goto(address)

    result = press(page)

    expect(result).to_have_class("notice bad")
    expect(result).to_contain_text(f"not what the events say: {field}.")


@pytest.mark.parametrize(
    ("status", "why"),
    [(404, "no checkpoint over it yet"), (503, "could not be fetched"), (None, "could not be fetched")],
)
def test_evidence_that_cannot_be_had_is_told_as_that_and_as_no_fault(entry, status, why):
    page, _ = entry
    page.route("**/evidence", lambda route: route.fulfill(status=status) if status else route.abort())

    result = press(page)

    expect(result).to_have_class("notice warn")
    expect(result).to_contain_text(why)


def test_a_browser_without_ed25519_is_told_so(entry):
    page, _ = entry
    page.evaluate(
        """() => { crypto.subtle.importKey = async () => { throw new DOMException("no", "NotSupportedError"); }; }"""
    )

    expect(press(page)).to_contain_text("lacks Ed25519")


def in_module(page, code, argument):
    """Run code that has the module's functions."""
    address = address_of("check.js")
    return page.evaluate(f"""async (given) => {{ const check = await import("{address}"); {code} }}""", argument)


def test_the_script_s_roots_are_the_published_ones(public_site, windows):
    """RFC 6962's test leaves, each with its audit path in each tree of up to eight."""
    page = windows.open()
    page.goto(f"{public_site.url}/about")
    cases = []
    for size in range(1, len(VECTOR) + 1):
        leaves = [leaf_hash(leaf) for leaf in VECTOR[:size]]
        for place in range(size):
            path = path_by_definition(place, leaves)
            coded = [base64.b64encode(each).decode() for each in path]
            cases.append({"leaf": VECTOR[place].hex(), "index": place, "size": size, "path": coded})

    roots = in_module(
        page,
        """return Promise.all(given.map(async ({leaf, index, size, path}) => check.toHex(await check.rootFrom(
             await check.leafHash(check.fromHex(leaf)), index, size, path.map(check.fromBase64)))));""",
        cases,
    )

    assert len(roots) == 36
    assert [root[:8] for root in roots] == [ROOTS[case["size"] - 1] for case in cases]


@pytest.mark.parametrize(("note", "key"), [(PUBLISHED_NOTE, PUBLISHED_KEY), (GO_NOTE, GO_VERIFIER)])
def test_the_script_opens_the_published_notes_and_no_altered_one(public_site, windows, note, key):
    page = windows.open()
    page.goto(f"{public_site.url}/about")
    code = """const keys = (await Promise.all(given.keys.map(check.readKey))).filter(Boolean);
              return (await check.openNote(given.note, keys))?.text ?? null;"""
    text = note.decode()

    assert in_module(page, code, {"note": text, "keys": [key]}) == text.partition("\n\n")[0] + "\n"
    assert in_module(page, code, {"note": "X" + text[1:], "keys": [key]}) is None
    assert in_module(page, code, {"note": text, "keys": [other_character(key, len(key) - 3)]}) is None
    assert in_module(page, code, {"note": text, "keys": []}) is None
