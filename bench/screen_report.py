"""How well the screen does on the project's own cases: shares with 95 % intervals, by language and category.

Run: python -m bench.screen_report              the development half, with its misses
     python -m bench.screen_report --held-out   the held-out halves too: their figures, never their texts

The held-out halves are put away and scored seldom, so that they say how the screen does on words that its rules were
not made from: the first was written before the first rule, the second by another author, who has read no rule.
"""

import argparse

from app.domain.screening import SCREEN_VERSION
from tests.screening.scoring import DEVELOPMENT, HELD_OUT, Figures, Score, cases_in, score


def _row(name: str, figures: Figures) -> str:
    cells = [f"recall {figures.recall}", f"touched {figures.passages}", f"category {figures.categories}"]
    if figures.false_refusals.of:
        cells.insert(1, f"false refusals {figures.false_refusals}")
    return f"{name:20} " + "   ".join(cells)


def _print_figures(title: str, result: Score) -> None:
    print(f"\n{title}")
    print(_row("all", result.all))
    for name, figures in sorted(result.by_language.items()):
        print(_row(name, figures))
    for name, figures in sorted(result.by_category.items()):
        print(_row(name, figures))


def _print_misses(result: Score) -> None:
    for case in result.missed:
        print(f"missed    {case.id}  {case.text!r}")
    for case in result.uncovered:
        print(f"untouched {case.id}  {case.must_cover!r} of {case.text!r}")
    for case, findings in result.refused_wrongly:
        passages = [(str(finding.category), case.text[finding.start : finding.end]) for finding in findings]
        print(f"refused   {case.id}  {passages} in {case.text!r}")


def main() -> None:
    """Print the report."""
    arguments = argparse.ArgumentParser(description="Score the screen on the project's own cases.")
    arguments.add_argument("--held-out", action="store_true", help="score the held-out halves too (figures only)")
    wanted = arguments.parse_args()
    print(f"screen {SCREEN_VERSION}; shares with Wilson's 95 % interval")
    development = score(cases_in(DEVELOPMENT))
    _print_figures(f"Development half ({DEVELOPMENT.name})", development)
    _print_misses(development)
    if wanted.held_out:
        for held_out in HELD_OUT:
            _print_figures(f"Held-out half ({held_out.name}): figures only", score(cases_in(held_out)))


if __name__ == "__main__":
    main()
