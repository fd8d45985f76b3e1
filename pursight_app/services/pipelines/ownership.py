"""Whose the places are that a pipeline writes to: only what it made itself is ever replaced."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.definitions import Definition, Output, parse_definition
from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.models import Pipeline, PipelineRun, PipelineRunStatus, PipelineVersion, RunReason
from pursight_app.services.pipelines.checks import placed_output
from pursight_app.services.pipelines.places import exists, overlap


def require_free(
    session: Session,
    workspace_id: UUID,
    definition: Definition,
    pipeline_id: UUID | None = None,
    *,
    before: Definition | None = None,
) -> None:
    """No other pipeline of the workspace writes where this one does, unless both add; places that it had `before` stay its own.

    Raises:
        ConflictError: one does (`output_taken`).
    """
    kept = {_place_of(workspace_id, each) for each in before.outputs} if before else set[str]()
    wanted = (
        select(Pipeline, PipelineVersion.definition)
        .join(
            PipelineVersion,
            (col(PipelineVersion.pipeline_id) == Pipeline.id) & (PipelineVersion.number == Pipeline.version),
        )
        .where(
            Pipeline.workspace_id == workspace_id,
            Pipeline.id != pipeline_id if pipeline_id else col(Pipeline.id).is_not(None),
        )
    )
    mine = [each for each in definition.outputs if each.path not in kept]
    for other, known in session.exec(wanted).all() if mine else ():
        for output in parse_definition(known).outputs:
            place = _place_of(workspace_id, output)
            if any(overlap(place, each.path) and not each.mode == output.mode == "append" for each in mine):
                raise ConflictError(
                    f"The pipeline {other.name} writes to {output.path or output.table} already.", code="output_taken"
                )


def require_own_places(
    session: Session, pipeline_id: UUID, definition: Definition, sides: Sequence[str] | None = None
) -> None:
    """What is to be replaced was made by this pipeline, or is not there. Adding to what is there is anybody's.

    `sides` are where the outputs wait; one that waits no more is in its place already.

    Raises:
        ConflictError: somebody else's data would go (`output_exists`).
    """
    made: set[str] | None = None
    for number, output in enumerate(definition.outputs):
        if output.mode == "append" or not exists(output.path) or (sides and not exists(sides[number])):
            continue
        made = _made_by(session, pipeline_id) if made is None else made
        if output.path not in made:
            raise ConflictError(
                f"{output.path} exists, and this pipeline did not make it. Nothing was run, so that nothing of others is lost. "
                "Move it away, or give the output another place.",
                code="output_exists",
            )


def _made_by(session: Session, pipeline_id: UUID) -> set[str]:
    pipeline = session.get_one(Pipeline, pipeline_id)
    versions = session.exec(
        select(PipelineVersion.definition)
        .where(PipelineVersion.pipeline_id == pipeline_id)
        .where(
            select(PipelineRun.id)
            .where(
                PipelineRun.pipeline_id == pipeline_id,
                PipelineRun.version == PipelineVersion.number,
                PipelineRun.status == PipelineRunStatus.SUCCEEDED,
                PipelineRun.reason != RunReason.INGESTED,
            )
            .exists()
        )
    ).all()
    # Who adds to a place has not made it.
    outputs = [each for known in versions for each in parse_definition(known).outputs if each.mode != "append"]
    return {_place_of(pipeline.workspace_id, each) for each in outputs}


def _place_of(workspace_id: UUID, output: Output) -> str:
    """Where an output went, also where pipelines may write no more."""
    try:
        return placed_output(workspace_id, output).path
    except InvalidInputError:
        return output.path
