"""What changes did teaches the model that prices them: examples, versions with scores, champion and challenger (F4.27-29)."""

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from pursight_app.assistant.pipeline_cost_model import COVERED, Example, PipelineCostModel, held_back_scores
from pursight_app.models import CostExample, CostModel
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission

MOST_EXAMPLES = 5_000


def load_model(session: Session, workspace_id: UUID) -> tuple[PipelineCostModel, int]:
    """The champion and its number; 0: the rules alone. A model is its examples, so it is made anew from them."""
    champion = session.exec(
        select(CostModel).where(CostModel.workspace_id == workspace_id, col(CostModel.is_champion))
    ).first()
    if champion is None:
        return PipelineCostModel(), 0
    return PipelineCostModel(_examples(session, workspace_id, champion.example_count)), champion.number


def _examples(session: Session, workspace_id: UUID, count: int) -> list[Example]:
    rows = session.exec(
        select(CostExample)
        .where(CostExample.workspace_id == workspace_id)
        .order_by(col(CostExample.created_at), col(CostExample.id))
        .limit(min(count, MOST_EXAMPLES))
    ).all()
    return [Example(row.key, row.features, row.log_ratio) for row in rows]


def add_example(
    session: Session,
    *,
    workspace_id: UUID,
    pipeline_id: UUID,
    recommendation_id: UUID | None,
    key: str,
    features: Mapping[str, Any],
    ratio: float,
    expected: tuple[float | None, float | None, float | None],
    origin: str,
) -> None:
    """Keeps an outcome: `ratio` is time after over time before; `expected` are gain, low and high as they were stated.

    `origin`: `trial` or `deployment` for what was measured of one change alone, `share` for its part of several changes' outcome.
    """
    gain, low, high = expected
    session.add(
        CostExample(
            workspace_id=workspace_id,
            pipeline_id=pipeline_id,
            recommendation_id=recommendation_id,
            key=key,
            features=dict(features),
            log_ratio=math.log(min(20.0, max(0.02, ratio))),
            expected_log_ratio=math.log(1 - gain) if gain is not None and gain < 1 else None,
            expected_low=low,
            expected_high=high,
            origin=origin,
        )
    )


def learn(session: Session, workspace_id: UUID) -> CostModel | None:
    """Trains a challenger on all outcomes; it becomes champion only when it is better on the same held-back outcomes."""
    session.flush()
    count = session.exec(
        select(func.count()).select_from(CostExample).where(CostExample.workspace_id == workspace_id)
    ).one()
    champion = session.exec(
        select(CostModel).where(CostModel.workspace_id == workspace_id, col(CostModel.is_champion))
    ).first()
    if not count or (champion is not None and champion.example_count >= count):
        return None
    examples = _examples(session, workspace_id, count)
    known = champion.example_count if champion else 0
    before, after = held_back_scores(examples, (known, len(examples)))
    last = session.exec(select(func.max(CostModel.number)).where(CostModel.workspace_id == workspace_id)).one() or 0
    challenger = CostModel(
        workspace_id=workspace_id,
        number=last + 1,
        example_count=count,
        scores={**PipelineCostModel(examples).scores, "held_back": after, "held_back_before": before},
    )
    if champion is None or _is_better(after, before):
        session.execute(update(CostModel).where(col(CostModel.workspace_id) == workspace_id).values(is_champion=False))
        challenger.is_champion = True
    session.add(challenger)
    return challenger


def _is_better(after: Mapping[str, float], before: Mapping[str, float]) -> bool:
    """By its error; of two with the same error the one whose intervals hold as many outcomes as they are meant to."""
    if after["mean_error"] != before["mean_error"]:
        return after["mean_error"] < before["mean_error"]
    return abs(after["inside"] - COVERED) < abs(before["inside"] - COVERED)


def model_quality(session: Session, actor: Actor, workspace_id: UUID) -> dict[str, Any]:
    """How right predictions have been: versions with scores, and each outcome beside what was expected of it."""
    access.require(actor, Permission.PIPELINE_READ, workspace_id)
    models = session.exec(
        select(CostModel).where(CostModel.workspace_id == workspace_id).order_by(col(CostModel.number).desc()).limit(50)
    ).all()
    rows = session.exec(
        select(CostExample)
        .where(CostExample.workspace_id == workspace_id)
        .order_by(col(CostExample.created_at).desc())
        .limit(200)
    ).all()
    outcomes: list[dict[str, Any]] = [
        {
            "key": row.key,
            "at": row.created_at.isoformat(),
            "origin": row.origin,
            "measured_gain_ratio": round(1 - math.exp(row.log_ratio), 4),
            "expected_gain_ratio": round(1 - math.exp(row.expected_log_ratio), 4)
            if row.expected_log_ratio is not None
            else None,
            "expected_low": row.expected_low,
            "expected_high": row.expected_high,
        }
        for row in rows
    ]
    # A share of several changes' outcome was divided by what was expected, so it says nothing of how right that was.
    stated = [each for each in outcomes if each["expected_low"] is not None and each["origin"] != "share"]
    inside = [each for each in stated if each["expected_low"] <= each["measured_gain_ratio"] <= each["expected_high"]]
    return {
        "models": [
            {
                "number": each.number, "is_champion": each.is_champion, "examples": each.example_count,
                "scores": each.scores, "at": each.created_at.isoformat(),
            }
            for each in models
        ],
        "outcomes": outcomes,
        "stated": len(stated),
        "inside": len(inside),
    }  # fmt: skip
