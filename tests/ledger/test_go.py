"""Go's sumdb libraries, which others wrote, verify what we sign, prove and store, and refuse what was altered."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.ledger.checkpoint import SigningKey, sign_checkpoint
from app.ledger.checkpoint import open_checkpoint as open_signed
from app.ledger.merkle import consistency_proof, inclusion_proof
from app.ledger.tiles import hashes_in
from tests.ledger.ledger_builder import KEY, InventedLedger, a_ledger, b64, tiles_over

# Where Debian's golang-golang-x-mod-dev puts its sources.
GO_SOURCES = Path("/usr/share/gocode")
VERIFIER = Path(__file__).parent / "go" / "verifier.go"
INDEXES = (0, 1, 77, 255, 256, 300)
OLDER = (1, 2, 128, 255, 256, 257, 300)


@pytest.fixture(scope="session")
def go_verifier(tmp_path_factory) -> Path:
    """The verifier, built from its source; without Go the tests are skipped, and fail where all are required."""
    if not shutil.which("go") or not (GO_SOURCES / "src/golang.org/x/mod/sumdb").is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    environment = {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
    program = folder / "verifier"
    subprocess.run(
        ["go", "build", "-o", program, VERIFIER],
        env=os.environ | environment,
        check=True,
        timeout=300,
    )
    return program


@pytest.fixture(scope="session")
def sound_mirror(tmp_path_factory) -> Path:
    """A mirror of some 320 leaves with claims about it."""
    ledger = a_ledger(60)
    directory = ledger.write_mirror(tmp_path_factory.mktemp("mirror"))
    (directory / "claims.json").write_text(json.dumps(claims_of(ledger)))
    return directory


@pytest.fixture
def mirror(sound_mirror, tmp_path) -> Path:
    """A copy that a test may alter."""
    return Path(shutil.copytree(sound_mirror, tmp_path / "mirror"))


def claims_of(ledger: InventedLedger) -> dict:
    entries, size = ledger.entries(), len(ledger.leaves)
    tiles = tiles_over(entries)
    read = hashes_in(lambda wanted: {tile: tiles[tile] for tile in wanted})
    return {
        "Inclusion": [
            {
                "Index": index,
                "Entry": b64(entries[index]),
                "Proof": [b64(step) for step in inclusion_proof(index, size, read)],
            }
            for index in (*INDEXES, size - 1)
        ],
        "Consistency": [
            {
                "Size": old,
                "Root": b64(open_signed(ledger.checkpoint(old), [KEY.verifier]).root),
                "Proof": [b64(step) for step in consistency_proof(old, size, read)],
            }
            for old in (*OLDER, size)
        ],
    }


def verdict(program: Path, directory: Path, served: str | None = None) -> str:
    """What Go finds of a mirror, or of a service with the claims that stand in the folder."""
    done = subprocess.run(
        [program, served or directory, directory / "claims.json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode == 0) == (done.stdout == "sound\n"), done
    return done.stdout.strip()


def change_claims(directory: Path, change: Callable[[dict], None]) -> None:
    path = directory / "claims.json"
    claims = json.loads(path.read_text())
    change(claims)
    path.write_text(json.dumps(claims))


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_go_finds_our_checkpoint_proofs_and_tiles_sound(go_verifier, mirror):
    assert verdict(go_verifier, mirror) == "sound"


def test_go_accepts_a_checkpoint_that_two_keys_sign(go_verifier, mirror):
    head = open_signed((mirror / "ledger/checkpoint").read_bytes(), [KEY.verifier])
    following = SigningKey(KEY.name, bytes(32))
    (mirror / "ledger/checkpoint").write_bytes(sign_checkpoint(head, [KEY, following]))

    assert verdict(go_verifier, mirror) == "sound"
    (mirror / "ledger/key").write_text(f"{following.verifier}\n")
    assert verdict(go_verifier, mirror) == "sound"
    (mirror / "ledger/key").write_text(f"{SigningKey(KEY.name, bytes(range(1, 33))).verifier}\n")
    assert "no verifiable signatures" in verdict(go_verifier, mirror)


@pytest.mark.parametrize("place", [0, 20, 25, 60, -5, -40])
def test_go_refuses_an_altered_checkpoint(go_verifier, mirror, place):
    flip(mirror / "ledger/checkpoint", place)

    assert verdict(go_verifier, mirror).startswith("checkpoint:")


@pytest.mark.parametrize(("place", "index"), [(0, 0), (1, 0), (30, 0), (69 * 77 + 20, 77), (-1, 255)])
def test_go_refuses_an_altered_bundle(go_verifier, mirror, place, index):
    flip(mirror / "ledger/tile/entries/000", place)

    found = verdict(go_verifier, mirror)
    assert found.startswith("bundle:")
    assert f"entry {index}" in found


@pytest.mark.parametrize("name", ["0/000", "1/000.p/1"])
def test_go_refuses_an_altered_tile(go_verifier, mirror, name):
    flip(mirror / "ledger/tile" / name, 5)

    assert verdict(go_verifier, mirror) != "sound"


@pytest.mark.parametrize("claim", range(len(INDEXES) + 1))
def test_go_refuses_an_altered_inclusion_proof(go_verifier, mirror, claim):
    def alter(claims: dict) -> None:
        claims["Inclusion"][claim]["Proof"][0] = b64(bytes(32))

    change_claims(mirror, alter)

    assert verdict(go_verifier, mirror).startswith("inclusion of")


def test_go_refuses_the_proof_of_another_entry(go_verifier, mirror):
    def alter(claims: dict) -> None:
        claims["Inclusion"][2]["Entry"] = claims["Inclusion"][1]["Entry"]

    change_claims(mirror, alter)

    assert verdict(go_verifier, mirror).startswith("inclusion of 77")


@pytest.mark.parametrize("claim", range(len(OLDER)))
def test_go_refuses_an_altered_consistency_proof(go_verifier, mirror, claim):
    def alter(claims: dict) -> None:
        claims["Consistency"][claim]["Proof"][-1] = b64(bytes(32))

    change_claims(mirror, alter)

    assert verdict(go_verifier, mirror).startswith("consistency with")


def test_go_refuses_an_older_root_that_never_was(go_verifier, mirror):
    def alter(claims: dict) -> None:
        claims["Consistency"][-1]["Root"] = b64(bytes(32))

    change_claims(mirror, alter)

    assert verdict(go_verifier, mirror).startswith("consistency with")
