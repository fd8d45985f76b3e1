"""Figures of quality of the column model, as Markdown for the model card."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pursight_app.core.taxonomy import TAXONOMY


def calibration_error(confidence: NDArray[np.float64], is_right: NDArray[np.bool_]) -> float:
    """Expected calibration error (0-1) over ten bins of equal width."""
    bins = np.minimum((confidence * 10).astype(int), 9)
    return float(
        sum(
            abs(confidence[bins == place].mean() - is_right[bins == place].mean()) * (bins == place).mean()
            for place in range(10)
            if (bins == place).any()
        )
    )


def measure(probabilities: NDArray[np.float64], labels: Sequence[int], classes: Sequence[str]) -> str:
    """Accuracy, F1 and calibration of probabilities (columns × classes) against labels, then one line per class."""
    truth, predicted = np.array(labels), probabilities.argmax(axis=1)
    is_right = predicted == truth
    order = np.argsort(-probabilities, axis=1)[:, :3]
    sensitive = np.array([TAXONOMY[name].sensitivity.is_sensitive for name in classes])
    scores = {place: _f1(predicted, truth, place) for place in np.unique(truth)}
    found = (is_right & sensitive[truth]).sum()
    precision, recall = found / max(1, sensitive[predicted].sum()), found / max(1, sensitive[truth].sum())
    both = (sensitive[predicted] & sensitive[truth]).sum()
    lines = [
        "| measure | value |",
        "|---|---|",
        f"| columns | {len(truth)} |",
        f"| top-1 | {is_right.mean():.3f} |",
        f"| top-3 | {(order == truth[:, None]).any(axis=1).mean():.3f} |",
        f"| macro-F1 | {np.mean([score for score, _ in scores.values()]):.3f} |",
        f"| sensitive classes, micro P / R / F1 | {precision:.3f} / {recall:.3f} / {2 * precision * recall / max(1e-9, precision + recall):.3f} |",
        f"| sensitive or not, P / R | {both / max(1, sensitive[predicted].sum()):.3f} / {both / max(1, sensitive[truth].sum()):.3f} |",
        f"| calibration error (ECE) | {calibration_error(probabilities.max(axis=1), is_right):.3f} |",
        "",
        "F1 (columns): "
        + ", ".join(f"{classes[place]} {score:.2f} ({count})" for place, (score, count) in scores.items()),
    ]
    return "\n".join(lines)


def _f1(predicted: NDArray[np.int64], truth: NDArray[np.int64], place: int) -> tuple[float, int]:
    hits = ((predicted == place) & (truth == place)).sum()
    return float(2 * hits / max(1, (predicted == place).sum() + (truth == place).sum())), int((truth == place).sum())
