"""Whether this process has found the ledger to be other than what was committed to: then it writes nothing more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """Where tables and tree differ first (None: not known yet), and what was seen there, in plain words."""

    index: int | None
    what: str

    def __str__(self) -> str:
        return f"event {self.index}: {self.what}" if self.index is not None else self.what


class LedgerUnsound(Exception):
    """Tables and tree differ: nothing may be written, signed or proven."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(str(difference))
        self.difference = difference


class Soundness:
    """What was found. Once something was, only a restart after mending takes it back."""

    def __init__(self) -> None:
        self.difference: Difference | None = None

    def note(self, found: Difference) -> None:
        """Note a difference; the first index that is known is kept."""
        known = self.difference
        if known is None or known.index is None or (found.index is not None and found.index < known.index):
            self.difference = found

    def require(self) -> None:
        """Raise LedgerUnsound if a difference was found."""
        if self.difference is not None:
            raise LedgerUnsound(self.difference)
