"""Signed notes and checkpoints, to the byte as C2SP's signed-note and tlog-checkpoint say."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger.checkpoint import (
    Checkpoint,
    NoteRefused,
    SigningKey,
    VerifierKey,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    read_key_file,
    sign_checkpoint,
    sign_note,
    write_key_file,
)

# The example of the signed-note specification, as first published.
PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED_NOTE = (
    "This is an example message.\n\n"
    "\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# The example of Go's sumdb/note: its key pair and the note it signs.
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    f"{GO_TEXT}\n\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

ORIGIN = "log.example/ledger"
KEY = SigningKey(ORIGIN, bytes(range(32)))
NEXT_KEY = SigningKey(ORIGIN, bytes(range(1, 33)))
HEAD = Checkpoint(ORIGIN, 70_000, bytes(range(32)))
NOTE = sign_checkpoint(HEAD, [KEY])


def test_the_published_note_verifies_with_the_published_key():
    key = VerifierKey.parse(PUBLISHED_KEY)

    assert str(key) == PUBLISHED_KEY
    assert open_note(PUBLISHED_NOTE, [key]) == ("This is an example message.\n", (key,))


def test_a_go_key_file_signs_the_note_that_go_signs():
    keys = read_key_file(f"{GO_SIGNER}\n".encode())

    assert str(keys[0].verifier) == GO_VERIFIER
    assert sign_note(GO_TEXT, keys) == GO_NOTE
    assert write_key_file(keys) == f"{GO_SIGNER}\n".encode()


def test_a_checkpoint_is_origin_size_and_root():
    root = base64.b64encode(bytes(range(32))).decode()

    assert HEAD.text() == f"log.example/ledger\n70000\n{root}\n"
    assert NOTE.startswith(f"{HEAD.text()}\n\u2014 log.example/ledger ".encode())
    assert open_checkpoint(NOTE, [KEY.verifier]) == HEAD


@given(st.integers(0, len(NOTE) - 1), st.integers(0, 7))
def test_a_note_with_any_bit_changed_is_refused(place, bit):
    changed = bytearray(NOTE)
    changed[place] ^= 1 << bit

    with pytest.raises(NoteRefused):
        open_checkpoint(bytes(changed), [KEY.verifier])


@given(st.integers(0, len(NOTE) - 1))
def test_a_note_that_is_cut_short_is_refused(length):
    with pytest.raises(NoteRefused):
        open_checkpoint(NOTE[:length], [KEY.verifier])


def test_while_two_keys_sign_either_of_them_is_enough():
    note = sign_checkpoint(HEAD, [KEY, NEXT_KEY])

    assert open_checkpoint(note, [KEY.verifier]) == HEAD
    assert open_checkpoint(note, [NEXT_KEY.verifier]) == HEAD
    assert open_note(note, [NEXT_KEY.verifier, KEY.verifier])[1] == (KEY.verifier, NEXT_KEY.verifier)


def test_one_false_signature_in_a_trusted_name_refuses_the_note():
    lines = sign_checkpoint(HEAD, [KEY, NEXT_KEY]).decode().splitlines(keepends=True)
    other = sign_note("x\n", [NEXT_KEY]).decode().splitlines(keepends=True)
    forged = "".join([*lines[:-1], other[-1]]).encode()

    assert open_checkpoint(forged, [KEY.verifier]) == HEAD
    with pytest.raises(NoteRefused, match="false"):
        open_checkpoint(forged, [KEY.verifier, NEXT_KEY.verifier])


def test_a_witness_that_we_do_not_know_is_passed_over():
    witnessed = NOTE + "\u2014 witness.example AAAAAQID\n".encode()

    assert open_checkpoint(witnessed, [KEY.verifier]) == HEAD


def test_a_key_of_the_same_name_that_is_not_trusted_does_not_count():
    with pytest.raises(NoteRefused, match="no trusted key"):
        open_checkpoint(NOTE, [NEXT_KEY.verifier])


def test_a_key_signs_for_the_log_it_is_named_for_alone():
    other = SigningKey("other.example/log", bytes(32))

    with pytest.raises(ValueError, match="bear its origin"):
        sign_checkpoint(HEAD, [other])
    with pytest.raises(ValueError, match="bear its origin"):
        sign_checkpoint(HEAD, [])
    with pytest.raises(NoteRefused, match="origin"):
        open_checkpoint(sign_note(HEAD.text(), [other]), [other.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "log.example/ledger\n070000\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "log.example/ledger\n-1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "log.example/ledger\n+1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "log.example/ledger\n\uff11\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "log.example/ledger\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n",
        "log.example/ledger\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
        "log.example/ledger\n1\nAAEC\n",
        "log.example/ledger\n1\n\n",
        "\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "log example\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        "log.example/ledger\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nextension\n",
        "log.example/ledger\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "log.example/ledger\n1\n",
        "",
    ],
)
def test_every_other_way_to_write_a_checkpoint_is_refused(text):
    with pytest.raises(NoteRefused):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\xff\n\n\xe2\x80\x94 a AAAAAQID\n",
        b"text\n\xe2\x80\x94 a AAAAAQID\n",
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 a AAAAAQID",
        b"text\n\n- a AAAAAQID\n",
        b"text\n\n\xe2\x80\x94 a AAAAAQI\n",
        b"text\n\n\xe2\x80\x94 a AAAA\n",
        b"text\n\n\xe2\x80\x94  AAAAAQID\n",
        b"text\n\n\xe2\x80\x94 a+b AAAAAQID\n",
        b"te\x00xt\n\n\xe2\x80\x94 a AAAAAQID\n",
        b"text\n\n" + b"\xe2\x80\x94 a AAAAAQID\n" * 101,
    ],
)
def test_malformed_notes_are_refused(note):
    with pytest.raises(NoteRefused):
        open_note(note, [KEY.verifier])


@pytest.mark.parametrize(
    "written",
    [
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        PUBLISHED_KEY.replace("530d903a", "530d903b"),
        PUBLISHED_KEY.replace("530d903a", "530D903A"),
        PUBLISHED_KEY[:-4],
        PUBLISHED_KEY.replace("+Aeky", "+Beky"),
        PUBLISHED_KEY.replace("example.com/foo", "example com"),
        PUBLISHED_KEY.replace("example.com/foo", ""),
    ],
)
def test_malformed_verifier_keys_are_refused(written):
    with pytest.raises(ValueError, match=r"key|origin|base64"):
        VerifierKey.parse(written)


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"PRIVATE+KEY+", GO_VERIFIER.encode(), GO_SIGNER.replace("c74f20a3", "c74f20a4").encode(), b"\xff"],
)
def test_malformed_key_files_are_refused_without_being_repeated(data):
    with pytest.raises(ValueError, match="key") as refused:
        read_key_file(data)
    assert "AYEKFALV" not in str(refused.value)


def test_a_signing_key_is_not_shown_by_accident():
    assert "seed" not in repr(KEY)
    assert repr(KEY.seed) not in repr(KEY)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x01b"])
def test_origins_that_a_note_cannot_carry_are_refused(origin):
    with pytest.raises(ValueError, match="origin"):
        SigningKey(origin, bytes(32))


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n"])
def test_texts_that_a_note_cannot_carry_are_not_signed(text):
    with pytest.raises(ValueError, match="newline"):
        sign_note(text, [KEY])
