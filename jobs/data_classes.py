"""Jobs about a workspace's own data classes."""

from uuid import UUID

from pursight_app.services import data_classes


def rescore(workspace_id: str) -> None:
    """Asks a workspace's columns anew after a class has changed. Safe to run twice: the answer is the same."""
    data_classes.run_rescore(UUID(workspace_id))
