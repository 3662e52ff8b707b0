"""Checks a whole ledger, from its public endpoints, a mirror or the tables, without trusting who keeps it.

Signature, root from the entries, stored tiles, consistency with older checkpoints, every opened leaf, nothing left out
before what is open, and every entry of the public log against its leaves. It reads a bundle at a time, so memory does
not grow with the ledger. Several processes may look first, each at a part: if they are sure that all is sound, it is.
"""

from collections.abc import Callable, Sequence

from app.ledger.checkpoint import NoteRefused, VerifierKey, open_checkpoint
from app.ledger.histories import Histories
from app.ledger.leaves_check import LeavesCheck, newest_open
from app.ledger.log_check import LogCheck
from app.ledger.parts import Parts, opened_if_sound
from app.ledger.report import Problem, Problems, Report
from app.ledger.source import Missing, Source
from app.ledger.tiles import WIDTH, tiles_of
from app.ledger.tree_check import TreeCheck

__all__ = ["Problem", "Report", "keys_of", "verify"]


def keys_of(source: Source) -> tuple[VerifierKey, ...]:
    """Return the keys a source names itself: they show that it agrees with itself, not whose it is.

    Raises ValueError where there is none.
    """
    keys = tuple(VerifierKey.parse(line) for line in source.key().decode("ascii").splitlines())
    if not keys:
        raise ValueError("the source names no key")
    return keys


def verify(
    source: Source, keys: Sequence[VerifierKey], older: Sequence[bytes] = (), parts: Parts | None = None
) -> Report:
    """Check everything a source tells, and that it begins with each older checkpoint (a signed note).

    With `parts` (of the same source) all is read in order only where they are not sure that it is sound.

    Raises CouldNotCheck where the source does not answer, and NoteRefused where an older checkpoint is not one that
    the keys have signed for this log: then nothing is said of the ledger.
    """
    try:
        signed = open_checkpoint(source.checkpoint(), keys)
    except (Missing, NoteRefused) as error:
        return Report(0, (Problem(None, f"the checkpoint: {error}"),))
    try:
        before = [open_checkpoint(note, keys) for note in older]
    except NoteRefused as error:
        raise NoteRefused(f"the older checkpoint: {error}") from None
    if any(checkpoint.origin != signed.origin for checkpoint in before):
        raise NoteRefused("the older checkpoint is that of another log")
    newest = newest_open(source, signed.size)
    opened = opened_if_sound(parts, source, signed, before, newest) if parts else None
    if opened is not None:
        return Report(signed.size, (), opened)
    problems = Problems()
    tree = TreeCheck(source, problems, signed, before)
    opened = _check_leaves(
        source, problems, signed.size, tree, newest, lambda: open_checkpoint(source.checkpoint(), keys).size
    )
    return Report(signed.size, problems.in_order(), opened)


def _check_leaves(
    source: Source, problems: Problems, size: int, tree: TreeCheck, newest: int, size_now: Callable[[], int]
) -> int:
    histories = Histories()
    leaves = LeavesCheck(problems, newest, histories, entries_told=not source.makes_entries_from_openings)
    try:
        if _read_bundles(source, problems, size, tree, leaves):
            tree.finish()
            leaves.finish()
            LogCheck(source, histories, problems, newest, size_now).run(leaves.newest_at)
    finally:
        histories.close()
    return leaves.opened


def _read_bundles(source: Source, problems: Problems, size: int, tree: TreeCheck, leaves: LeavesCheck) -> bool:
    """Hand every bundle to both checks; tell whether all could be read. Without one, nothing after it means much."""
    for number in tiles_of(size, 0):
        first = number * WIDTH
        width = min(WIDTH, size - first)
        try:
            entries = source.entries(number, width)
        except (Missing, ValueError) as error:
            problems.add(first, f"the entries from {first} on cannot be read: {error}")
            return False
        if len(entries) != width:
            problems.add(first + len(entries), f"the bundle ends before entry {first + len(entries)}")
            return False
        tree.add(number, entries)
        try:
            opened = source.opened(number)
        except (Missing, ValueError) as error:
            problems.add(first, f"what opens the leaves from {first} on cannot be read: {error}")
            opened = ()
        leaves.add(number, entries, opened)
    return True
