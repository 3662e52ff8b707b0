"""Charts made on the server, as SVG: bars with their figures, readable without colour, with a table below each.

The figures stand in the table too, so a chart is one picture to a screen reader, told by its title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_BAR, _GAP, _LABELS, _FIGURES, _WIDTH = 22, 8, 170, 60, 640


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `value` None or a text (`<5`) draws none, and says so."""

    label: str
    value: int | str | None


def bars(title: str, chart: Sequence[Bar]) -> str:
    """Return an SVG of horizontal bars."""
    height = len(chart) * (_BAR + _GAP) + _GAP
    most = max((bar.value for bar in chart if isinstance(bar.value, int)), default=0) or 1
    drawn = "".join(_bar(place, bar, most) for place, bar in enumerate(chart))
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {_WIDTH} {height}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>{drawn}</svg>"
    )


def _bar(place: int, bar: Bar, most: int) -> str:
    top = _GAP + place * (_BAR + _GAP)
    width = 0
    if isinstance(bar.value, int):
        width = round((_WIDTH - _LABELS - _FIGURES) * bar.value / most)
    figure = "–" if bar.value is None else escape(str(bar.value))
    middle = top + _BAR * 0.7
    return (
        f'<text x="{_LABELS - 8}" y="{middle}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect x="{_LABELS}" y="{top}" width="{max(width, 1)}" height="{_BAR}" rx="3"/>'
        f'<text x="{_LABELS + width + 8}" y="{middle}">{figure}</text>'
    )
