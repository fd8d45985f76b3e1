"""Models that learn from what people say of verdicts: training, comparison, promotion, and never a surprise.

Nothing here loads the scanner or scikit-learn before a worker needs them: pages ask only how things stand.
"""

from uuid import UUID

from pursight_app.services.learning.lessons import MIN_REVIEWS, count_reviews
from pursight_app.services.learning.listing import (
    ChangeRow,
    ClassPair,
    Learning,
    ModelRow,
    get_learning,
    get_model,
    list_changes,
    list_models,
    summarise_changes,
)
from pursight_app.services.learning.refresh import refresh_outdated
from pursight_app.services.learning.requests import (
    dismiss_model,
    promote_model,
    request_training,
    roll_back,
    sweep_models,
)


def run_model(model_id: UUID) -> None:
    """Works on a model until it is a challenger or the champion, see `execution.run_model`."""
    from pursight_app.services.learning import execution

    execution.run_model(model_id)


__all__ = [
    "MIN_REVIEWS",
    "ChangeRow",
    "ClassPair",
    "Learning",
    "ModelRow",
    "count_reviews",
    "dismiss_model",
    "get_learning",
    "get_model",
    "list_changes",
    "list_models",
    "promote_model",
    "refresh_outdated",
    "request_training",
    "roll_back",
    "run_model",
    "summarise_changes",
    "sweep_models",
]
