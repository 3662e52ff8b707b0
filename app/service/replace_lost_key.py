"""Sign with a new key because the file of the old one is lost: by an explicit command, and never without a trace.

Nothing can prove that whoever makes the new key is who held the old one, so readers who trust the old key alone find
that no trusted key has signed. The old verifier key stays beside the new one, for what it signed; the ledger gets an
event; and the new checkpoints have to continue the old ones, as always.
"""

from datetime import datetime

from app.domain.actor import OPERATOR
from app.domain.event import Event, Kind
from app.ledger.checkpoint import SigningKey, VerifierKey
from app.store import ledger
from app.store.ledger_files import KeyFile, KeysRefused
from app.store.session import WriteSession


class KeyIsThere(Exception):
    """A key that signed before can still sign."""


class FileInTheWay(Exception):
    """There is a key file that cannot be used: the operator looks at it before it is replaced."""


class OtherKey(Exception):
    """The key that is said to be lost is not the one that signed last, which is named here."""


def new_key_for(session: WriteSession, file: KeyFile, lost: str) -> SigningKey:
    """Return the key that is to sign now, in its file already; one that an interrupted run made is taken.

    Raises KeyIsThere, FileInTheWay, OtherKey.
    """
    known = ledger.verifier_keys(session)
    try:
        there = file.read()
    except KeysRefused:
        there = ()
    if not known or any(str(key.verifier) in known for key in there):
        raise KeyIsThere
    if lost != known[-1]:
        raise OtherKey(known[-1])
    if len(there) == 1:
        return there[0]
    if file.file.exists():
        raise FileInTheWay
    file.make()
    return file.read()[0]


def replace_lost_key(session: WriteSession, added: VerifierKey, at: datetime) -> None:
    """Let a key sign that no key which signed before vouches for, and record it."""
    ledger.add_verifier_key(session, str(added), at)
    session.add_event(Event(Kind.LEDGER_KEY_ADDED, at, OPERATOR, detail={"verifier": str(added), "lost": True}))
