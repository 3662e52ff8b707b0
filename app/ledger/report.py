"""What the verifier found."""

from dataclasses import dataclass, field

# More would be the same thing said again; the first bad index is what matters.
_MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not hold: the leaf where it shows, None where it concerns none, and what it is."""

    index: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a ledger of `size` leaves: sound where there is no problem; the first bad index comes first."""

    size: int
    problems: tuple[Problem, ...] = ()
    opened: int = 0

    @property
    def sound(self) -> bool:
        """Whether everything held."""
        return not self.problems


@dataclass(slots=True)
class Problems:
    """Gathers problems while a ledger is read."""

    _located: list[Problem] = field(default_factory=list)
    _hashes: list[tuple[range, str]] = field(default_factory=list)

    def add(self, index: int | None, what: str) -> None:
        """Note a problem; past a hundred only what comes before those found so far is kept."""
        self._located.append(Problem(index, what))
        if len(self._located) > 2 * _MOST_PROBLEMS:
            self._located = _first_of(self._located)

    def add_hash(self, leaves: range, what: str) -> None:
        """Note that a hash over these leaves is wrong; it shows at the first of them that is found to be bad."""
        if len(self._hashes) < _MOST_PROBLEMS:
            self._hashes.append((leaves, what))

    @property
    def found_any(self) -> bool:
        """Whether anything was found."""
        return bool(self._located or self._hashes)

    @property
    def any_located(self) -> bool:
        """Whether a leaf was found to be bad."""
        return bool(self._located)

    def in_order(self) -> tuple[Problem, ...]:
        """Return at most a hundred, the first bad index first, and what concerns no leaf last."""
        found = _first_of(self._located)
        bad = [problem.index for problem in found if problem.index is not None]
        hashes = [
            Problem(next((index for index in bad if index in leaves), leaves.start), what)
            for leaves, what in self._hashes
        ]
        return tuple(_first_of([*found, *hashes]))


def _first_of(problems: list[Problem]) -> list[Problem]:
    order = sorted(problems, key=lambda problem: (problem.index is None, problem.index or 0))
    return order[:_MOST_PROBLEMS]
