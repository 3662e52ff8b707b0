"""The bounds of bounds.toml, and how figures are held against them."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

FILE = Path(__file__).with_name("bounds.toml")
Measure = TypeVar("Measure", bound=Callable[..., object])

# Which function measures what; filled by `measures`.
MEASURED_BY: dict[str, Callable[..., object]] = {}


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure has to reach: one of `least` and `most` is None."""

    name: str
    why: str
    least: float | None = None
    most: float | None = None

    def holds(self, figure: float) -> bool:
        """Tell whether a figure is within the bound."""
        return (self.least is None or figure >= self.least) and (self.most is None or figure <= self.most)

    def __str__(self) -> str:
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"


def bounds() -> dict[str, Bound]:
    """Return the bounds by name."""
    return {name: Bound(name, **entry) for name, entry in tomllib.loads(FILE.read_text()).items()}


def measures(*names: str) -> Callable[[Measure], Measure]:
    """Declare which bounded figures a function returns."""

    def declare(measure: Measure) -> Measure:
        MEASURED_BY.update(dict.fromkeys(names, measure))
        return measure

    return declare


def judged(figures: Mapping[str, float]) -> bool:
    """Print figures beside their bounds and return whether all are within."""
    known = bounds()
    missed = [name for name, figure in figures.items() if not known[name].holds(figure)]
    for name, figure in figures.items():
        verdict = "MISSED" if name in missed else "holds"
        print(f"  {name.replace('_', ' '):<44} {figure:>9.3g}   {known[name]!s:<15} {verdict}", flush=True)
    return not missed
