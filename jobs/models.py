"""Jobs on column models."""

from uuid import UUID

from pursight_app.services import learning


def run(model_id: str) -> None:
    """Trains or promotes one model. Safe to run twice: a model is claimed by one worker, and a finished one is left alone."""
    learning.run_model(UUID(model_id))
