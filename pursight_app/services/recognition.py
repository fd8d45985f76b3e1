"""What a workspace recognises columns with: its own champion or the shipped model, and its own data classes."""

from functools import lru_cache
from uuid import UUID

import structlog
from sqlmodel import Session, col, select

from pursight_app.assistant.artefact import UnreadableArtefactError
from pursight_app.assistant.column_model import Classifier, load_model
from pursight_app.assistant.feature_packing import FEATURES_VERSION
from pursight_app.assistant.site_model import SiteModel, load_site_model
from pursight_app.core.blob import read_blob
from pursight_app.detectors.detection import DETECTOR_VERSION
from pursight_app.models import ColumnModel, ModelStatus
from pursight_app.services.classification import Recognition
from pursight_app.services.data_classes.recognisers import load_recognisers

log = structlog.get_logger()
# A worker serves many workspaces; a model takes about 3 MB.
_KEPT_MODELS = 8


def load_recognition(session: Session, workspace_id: UUID) -> Recognition:
    """What suggests verdicts in this workspace now. Not for people: the caller has checked who asks."""
    model = load_workspace_model(session, workspace_id)
    return Recognition(model=model, custom=load_recognisers(session, workspace_id))


def load_workspace_model(session: Session, workspace_id: UUID) -> Classifier:
    """The workspace's champion; while another one is being promoted that one, so that a scan does not undo its work."""
    row = session.exec(
        select(ColumnModel)
        .where(
            ColumnModel.workspace_id == workspace_id,
            col(ColumnModel.status).in_([ModelStatus.PROMOTING, ModelStatus.CHAMPION]),
        )
        .order_by(col(ColumnModel.status) == ModelStatus.CHAMPION)
    ).first()
    return model_of(row) if row else load_model()


def model_of(row: ColumnModel) -> Classifier:
    """The model that a row stands for: the shipped one when it names no artefact, or one that fits no more."""
    base = load_model()
    if row.artefact_key is None:
        return base
    if row.base_version != base.version:
        log.warning("model.base_changed", model_id=str(row.id), base_version=row.base_version)
        return base
    try:
        return _stored(row.artefact_key)
    except (UnreadableArtefactError, FileNotFoundError) as error:
        # Verdicts without what the workspace taught are better than none; the sweep re-scores once a model fits again.
        log.warning("model.not_readable", model_id=str(row.id), error=type(error).__name__)
        return base


@lru_cache(maxsize=_KEPT_MODELS)
def _stored(artefact_key: str) -> SiteModel:
    # A key is never written twice, so what it holds cannot change under the cache.
    content = read_blob(artefact_key)
    if content is None:
        raise FileNotFoundError(artefact_key)
    return load_site_model(content, load_model())


def features_version(model: Classifier) -> str:
    """Which numbers a model sees: those of another form, shipped model or set of detectors cannot be learned from."""
    base = model.base if isinstance(model, SiteModel) else model
    return f"{FEATURES_VERSION}.{base.version}.{DETECTOR_VERSION}"
