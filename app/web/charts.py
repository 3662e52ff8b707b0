"""Charts made on the server, as SVG: bars with their figures, readable without colour, with a table below each.

The figures stand in the table too, so a chart is one picture to a screen reader, told by its title. Widths are per cent
and heights are of the text, so that a chart is as readable on a telephone as on a desk, and no label is too long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# Heights in pixels: a line of text, the bar below it, and the space to the next.
_LABEL, _BAR, _GAP = 18, 14, 10
_EACH = _LABEL + _BAR + _GAP
# How far the longest bar goes, so that its figure has room beside it.
_LONGEST = 86
_UNTOLD = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `value` None or a text (`<5`) draws none, and says so."""

    label: str
    value: int | str | None


def bars(title: str, chart: Sequence[Bar]) -> str:
    """Return an SVG of horizontal bars."""
    most = max((bar.value for bar in chart if isinstance(bar.value, int)), default=0) or 1
    drawn = "".join(_bar(place, bar, most) for place, bar in enumerate(chart))
    return (
        f'<svg class="chart" role="img" width="100%" height="{len(chart) * _EACH}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>{drawn}</svg>"
    )


def _bar(place: int, bar: Bar, most: int) -> str:
    top = place * _EACH
    share = round(_LONGEST * bar.value / most, 1) if isinstance(bar.value, int) else 0
    figure = _UNTOLD if bar.value is None else escape(str(bar.value))
    middle = top + _LABEL + _BAR - 2
    return (
        f'<text x="0" y="{top + _LABEL - 5}">{escape(bar.label)}</text>'
        f'<rect class="ground" x="0" y="{top + _LABEL}" width="{_LONGEST}%" height="{_BAR}" rx="2"/>'
        f'<rect x="0" y="{top + _LABEL}" width="{share}%" height="{_BAR}" rx="2"/>'
        f'<text class="figure" x="{share}%" dx="6" y="{middle}">{figure}</text>'
    )
