"""What a workspace recognises columns with: its own champion or the shipped model, and its own data classes."""

from uuid import UUID

from sqlmodel import Session

from pursight_app.assistant.column_model import load_model
from pursight_app.services.classification import Recognition
from pursight_app.services.data_classes.recognisers import load_recognisers


def load_recognition(session: Session, workspace_id: UUID) -> Recognition:
    """What suggests verdicts in this workspace now. Not for people: the caller has checked who asks."""
    return Recognition(model=load_model(), custom=load_recognisers(session, workspace_id))
