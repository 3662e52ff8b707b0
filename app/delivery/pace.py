"""How a worker goes about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Times are seconds.

    `look` is how often a worker looks for what other processes wrote, `beat` how often it says that it lives, `lease`
    how long another may stay silent before its work is taken over: longer than a send takes, with a beat to spare.
    `claim` is how many deliveries of an endpoint it has at once, `fresh` how long what it claimed is sent as it was
    then: after that the endpoint may have been changed.
    """

    look: float = 1.0
    beat: float = 5.0
    lease: float = 30.0
    claim: int = 32
    fresh: float = 1.0
