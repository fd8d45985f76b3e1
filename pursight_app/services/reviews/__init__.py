"""What people say of verdicts: confirm, reject, correct, one or many; undo; what waits for a word, and what was said."""

from pursight_app.services.reviews.decisions import (
    DECISIONS,
    MAX_BATCH,
    ReviewBatch,
    review_classification,
    review_many,
)
from pursight_app.services.reviews.history import BatchRow, ReviewRow, list_batches, list_reviews
from pursight_app.services.reviews.queue import (
    DOUBTFUL_BELOW,
    QueueFilters,
    QueueRow,
    count_queue,
    list_queue,
    list_sources,
)
from pursight_app.services.reviews.undo import undo_reviews
from pursight_app.services.reviews.verdicts import VerdictRow, export_evidence, get_verdict

__all__ = [
    "DECISIONS",
    "DOUBTFUL_BELOW",
    "MAX_BATCH",
    "BatchRow",
    "QueueFilters",
    "QueueRow",
    "ReviewBatch",
    "ReviewRow",
    "VerdictRow",
    "count_queue",
    "export_evidence",
    "get_verdict",
    "list_batches",
    "list_queue",
    "list_reviews",
    "list_sources",
    "review_classification",
    "review_many",
    "undo_reviews",
]
