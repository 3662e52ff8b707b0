"""What the City signs: a checkpoint, which is the ledger's size and root as a signed note.

C2SP signed-note and tlog-checkpoint, Ed25519 alone. Whoever keeps a checkpoint can show later that the ledger was
changed; a key is replaced by letting the old and the new one sign for a while.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.ledger.merkle import HASH_BYTES

_ED25519 = b"\x01"
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_KEY_ID_BYTES = 4
_MOST_SIGNATURES = 100  # the limit of Go's sumdb/note; the specification asks for at least 16
_SIGNATURE_LINE = re.compile(r"\u2014 (?P<name>[^ ]+) (?P<signature>[^ ]+)")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


class NoteRefused(ValueError):
    """A note or checkpoint is malformed, or no trusted key has signed it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key and the name it signs under, written `name+hex(key id)+base64(0x01 || public key)`."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_origin(self.name)
        if len(self.public_key) != _KEY_BYTES:
            raise ValueError(f"an Ed25519 public key has {_KEY_BYTES} bytes")

    @classmethod
    def parse(cls, written: str) -> "VerifierKey":
        """Read a verifier key. Raises ValueError for a malformed one, and where its key id does not fit."""
        name, key_id, key = _key_parts(written)
        found = cls(name, key)
        if found.key_id.hex() != key_id:
            raise ValueError("the verifier key's id does not fit its name and key")
        return found

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || 0x01 || public key), its first four bytes."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_b64(_ED25519 + self.public_key)}"

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Tell whether a signature (64 bytes) over a note's text is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the name it signs under; the name is the origin of the log it signs for."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_origin(self.name)
        if len(self.seed) != _KEY_BYTES:
            raise ValueError(f"an Ed25519 seed has {_KEY_BYTES} bytes")

    @property
    def verifier(self) -> VerifierKey:
        """The key that others check this one's signatures with."""
        return VerifierKey(self.name, self._private().public_key().public_bytes_raw())

    def signature_line(self, text: str) -> str:
        """Return the line that signs a note's text."""
        return f"\u2014 {self.name} {_b64(self.verifier.key_id + self._private().sign(text.encode()))}\n"

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def write_key_file(keys: Sequence[SigningKey]) -> bytes:
    """Return what a key file holds: a line for each key that signs, in the form that Go's sumdb/note reads."""
    return "".join(
        f"PRIVATE+KEY+{key.name}+{key.verifier.key_id.hex()}+{_b64(_ED25519 + key.seed)}\n" for key in keys
    ).encode()


def read_key_file(data: bytes) -> tuple[SigningKey, ...]:
    """Read a key file: at least one key. Raises ValueError, which never repeats a line of the file."""
    keys = []
    for number, line in enumerate(data.decode("ascii", errors="replace").splitlines(), 1):
        private, _, rest = line.partition("PRIVATE+KEY+")
        try:
            name, key_id, seed = _key_parts(rest)
            key = SigningKey(name, seed)
        except ValueError:
            private = "malformed"
        if private or key.verifier.key_id.hex() != key_id:
            raise ValueError(f"line {number} of the key file is no signing key")
        keys.append(key)
    if not keys:
        raise ValueError("the key file holds no key")
    return tuple(keys)


def check_origin(origin: str) -> None:
    """Raise ValueError for a name that a signed note cannot carry: empty, with white space, `+` or control codes."""
    if not origin or "+" in origin or any(mark.isspace() or ord(mark) < ord(" ") for mark in origin):
        raise ValueError("an origin is a URL without its scheme, and has neither white space nor a plus sign")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin, size and root (32 bytes) at one moment."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed, with its last newline."""
        check_origin(self.origin)
        return f"{self.origin}\n{self.size}\n{_b64(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text. Raises NoteRefused for all but the one way to write it.

    Extension lines are refused: this log writes none, since nobody can check them against the tree.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not _SIZE.fullmatch(lines[1]):  # noqa: PLR2004 - origin, size, root, the end
        raise NoteRefused("a checkpoint has an origin, a size and a root, a line each")
    try:
        check_origin(lines[0])
        root = _from_b64(lines[2])
    except ValueError as error:
        raise NoteRefused(str(error)) from None
    if len(root) != HASH_BYTES:
        raise NoteRefused(f"a root has {HASH_BYTES} bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def sign_note(text: str, keys: Sequence[SigningKey]) -> bytes:
    """Return a signed note: the text, a blank line, a signature line for each key."""
    if not text.endswith("\n") or _has_control_codes(text):
        raise ValueError("a note's text ends in a newline and holds no other control code")
    return (text + "\n" + "".join(key.signature_line(text) for key in keys)).encode()


def open_note(note: bytes, keys: Sequence[VerifierKey]) -> tuple[str, tuple[VerifierKey, ...]]:
    """Return a note's text and those of the trusted keys that signed it, at least one.

    Signatures by other keys are passed over, as the specification asks. Raises NoteRefused for a malformed note, for
    one that no trusted key signed, and where a signature in a trusted key's name is false.
    """
    text, lines = _split_note(note)
    signers = []
    for line in lines:
        found = _SIGNATURE_LINE.fullmatch(line)
        if found is None:
            raise NoteRefused("a signature line is malformed")
        try:
            check_origin(found["name"])
            signed = _from_b64(found["signature"])
        except ValueError as error:
            raise NoteRefused(str(error)) from None
        key_id, signature = signed[:_KEY_ID_BYTES], signed[_KEY_ID_BYTES:]
        if not signature:
            raise NoteRefused("a signature is too short")
        for key in keys:
            if (key.name, key.key_id) == (found["name"], key_id):
                if len(signature) != _SIGNATURE_BYTES or not key.has_signed(text, signature):
                    raise NoteRefused(f"a signature in the name of {key.name} is false")
                signers.append(key)
    if not signers:
        raise NoteRefused("no trusted key has signed this")
    return text, tuple(dict.fromkeys(signers))


def sign_checkpoint(checkpoint: Checkpoint, keys: Sequence[SigningKey]) -> bytes:
    """Return a checkpoint as a signed note. Keys sign for the log they are named for alone."""
    if not keys or any(key.name != checkpoint.origin for key in keys):
        raise ValueError("a checkpoint is signed by keys that bear its origin as their name")
    return sign_note(checkpoint.text(), keys)


def open_checkpoint(note: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Return a signed checkpoint. Raises NoteRefused, also where the key that signed bears another log's name."""
    text, signers = open_note(note, keys)
    checkpoint = parse_checkpoint(text)
    if all(key.name != checkpoint.origin for key in signers):
        raise NoteRefused("the checkpoint's origin is not the name of the key that signed it")
    return checkpoint


def _split_note(note: bytes) -> tuple[str, list[str]]:
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        raise NoteRefused("a note is UTF-8") from None
    text, blank, signatures = whole.rpartition("\n\n")
    if not blank or not signatures.endswith("\n") or _has_control_codes(whole):
        raise NoteRefused("a note is a text, a blank line and signature lines, without control codes")
    lines = signatures[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise NoteRefused(f"a note has at most {_MOST_SIGNATURES} signatures")
    return text + "\n", lines


def _has_control_codes(text: str) -> bool:
    return any(mark < " " and mark != "\n" for mark in text)


def _key_parts(written: str) -> tuple[str, str, bytes]:
    """Take `name+hex(key id)+base64(0x01 || key)` apart; the base64 may hold a plus sign of its own."""
    parts = written.split("+", 2)
    if len(parts) != 3:  # noqa: PLR2004 - as in the form above
        raise ValueError("a key is written name+id+base64")
    key = _from_b64(parts[2])
    if key[:1] != _ED25519:
        raise ValueError("the key is not for Ed25519")
    return parts[0], parts[1], key[1:]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_b64(written: str) -> bytes:
    """Decode base64, refusing every spelling but the one that encoding gives back."""
    try:
        data = base64.b64decode(written.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("malformed base64") from None
    if _b64(data) != written:
        raise ValueError("malformed base64")
    return data
