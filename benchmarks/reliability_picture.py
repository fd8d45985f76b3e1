"""Draws the reliability diagram as an SVG that reads well on light and on dark pages. No library, no fonts, no scripts."""

from collections.abc import Sequence

from pursight_app.assistant.measures import Bin
from pursight_app.detectors.base import wilson_lower_bound

WIDTH, HEIGHT = 640, 600
_LEFT, _TOP, _SIDE_X, _SIDE_Y = 80, 64, 530, 330
"""The plot's corner and size in pixels; the counts are below it."""
_COUNTS_TOP, _COUNTS_HEIGHT = 450, 80
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_STYLE = """
    svg { font: 14px system-ui, sans-serif; background: #ffffff }
    text { fill: #1f2430 } .quiet { fill: #5b6270; font-size: 12px } .title { font-size: 17px; font-weight: 600 }
    .page { fill: #ffffff } .grid { stroke: #d9dce3 } .ideal { stroke: #5b6270; stroke-dasharray: 6 5 }
    .error { stroke: #2456c8; stroke-width: 2 } .line { fill: none; stroke: #2456c8; stroke-width: 2 }
    .dot { fill: #2456c8 } .count { fill: #8fa9e6 }
    @media (prefers-color-scheme: dark) {
      svg { background: #14171f } text { fill: #eceef3 } .quiet { fill: #aab1bf } .page { fill: #14171f }
      .grid { stroke: #343a47 } .ideal { stroke: #aab1bf } .error, .line { stroke: #8db0ff } .dot { fill: #8db0ff }
      .count { fill: #3f5da3 }
    }
"""


def draw_reliability(bins: Sequence[Bin], calibration_error: float) -> str:
    """The picture: for each bin its confidence against the share that is right, with 95 % bounds, and its columns."""
    total = sum(part.count for part in bins)
    points = " ".join(f"{_x(part.confidence):.1f},{_y(part.accuracy):.1f}" for part in bins)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        '<title id="t">Reliability of the classifier</title>',
        f'<desc id="d">{_description(bins)}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{_LEFT}" y="28">When it says 80 %, is it right in 80 %?</text>',
        (
            f'<text class="quiet" x="{_LEFT}" y="48">{total} columns, expected calibration error {calibration_error:.3f}; '
            "upright lines are 95 % bounds (Wilson)</text>"
        ),
        *_grid(),
        f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>',
        f'<polyline class="line" points="{points}"/>',
        *(_point(part) for part in bins),
        *_counts(bins),
        f'<text x="{_LEFT + _SIDE_X / 2}" y="{HEIGHT - 14}" text-anchor="middle">confidence of the answer</text>',
        f'<text transform="translate(24 {_TOP + _SIDE_Y / 2}) rotate(-90)" text-anchor="middle">share that is right</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(confidence: float) -> float:
    return _LEFT + confidence * _SIDE_X


def _y(accuracy: float) -> float:
    return _TOP + (1 - accuracy) * _SIDE_Y


def _description(bins: Sequence[Bin]) -> str:
    return "; ".join(
        f"{part.count} columns with confidence {part.confidence:.2f}: {part.accuracy:.2f} are right" for part in bins
    )


def _grid() -> list[str]:
    lines: list[str] = []
    for tick in _TICKS:
        lines += [
            f'<line class="grid" x1="{_x(0)}" y1="{_y(tick):.1f}" x2="{_x(1)}" y2="{_y(tick):.1f}"/>',
            f'<text class="quiet" x="{_LEFT - 8}" y="{_y(tick) + 4:.1f}" text-anchor="end">{tick:.0%}</text>',
            f'<text class="quiet" x="{_x(tick):.1f}" y="{_TOP + _SIDE_Y + 20}" text-anchor="middle">{tick:.0%}</text>',
        ]
    return lines


def _point(part: Bin) -> str:
    right = round(part.accuracy * part.count)
    low = wilson_lower_bound(right, part.count)
    high = 1 - wilson_lower_bound(part.count - right, part.count)
    x = f"{_x(part.confidence):.1f}"
    return (
        f'<line class="error" x1="{x}" y1="{_y(low):.1f}" x2="{x}" y2="{_y(high):.1f}"/>'
        f'<circle class="dot" cx="{x}" cy="{_y(part.accuracy):.1f}" r="5"/>'
    )


def _counts(bins: Sequence[Bin]) -> list[str]:
    most = max((part.count for part in bins), default=1)
    floor = _COUNTS_TOP + _COUNTS_HEIGHT
    lines = [f'<text class="quiet" x="{_LEFT}" y="{_COUNTS_TOP - 14}">columns per bin</text>']
    for part in bins:
        place = min(9, int(part.confidence * 10))
        height = max(1.0, part.count / most * _COUNTS_HEIGHT)
        lines += [
            (
                f'<rect class="count" x="{_x(place / 10) + 3:.1f}" y="{floor - height:.1f}" '
                f'width="{_SIDE_X / 10 - 6:.1f}" height="{height:.1f}"/>'
            ),
            f'<text class="quiet" x="{_x(place / 10 + 0.05):.1f}" y="{floor + 16}" text-anchor="middle">{part.count}</text>',
        ]
    return lines
