"""What could be better about a pipeline, what was tried, what was put into use and what came of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from pursight_app.models.base import Row, json_field, json_list, one_of, reference, time_field


class PlanStatus(StrEnum):
    """Life of a plan; `ready` waits for a person."""

    QUEUED = "queued"
    ANALYSING = "analysing"
    TRYING = "trying"
    READY = "ready"
    APPLIED = "applied"
    FAILED = "failed"


class RecommendationKind(StrEnum):
    """What a change touches; a suggestion is never applied by PurSight."""

    CONFIGURATION = "configuration"
    SQL = "sql"
    PYTHON = "python"
    CACHING = "caching"
    LAYOUT = "layout"
    SUGGESTION = "suggestion"


class DeploymentStatus(StrEnum):
    """Life of a change that was approved."""

    DEPLOYING = "deploying"
    MONITORING = "monitoring"
    KEPT = "kept"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


class OptimizationPlan(Row, table=True):
    """What an analysis of a pipeline's `version` found. `trials` lists what was run and how it went.

    A worker owns the row while `lease_until` lies ahead, as for ScanRun. `budget` is {trials, seconds} and, for
    whoever applies it later, what the first run showed: {outputs, fingerprint, seen}.
    """

    __table_args__ = (
        one_of("status", PlanStatus),
        Index(
            "uq_optimization_plan_active",
            "pipeline_id",
            unique=True,
            postgresql_where=text("status IN ('queued', 'analysing', 'trying')"),
        ),
    )

    workspace_id: UUID = reference("workspace")
    pipeline_id: UUID = reference("pipeline")
    version: int
    status: str = PlanStatus.QUEUED
    budget: dict[str, Any] = json_field()
    bottlenecks: list[dict[str, Any]] = json_list()
    trials: list[dict[str, Any]] = json_list()
    baseline_s: float | None = None
    optimized_s: float | None = None
    model_version: int = 0
    error: str | None = None
    requested_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    finished_at: datetime | None = time_field()
    fence: int = 0
    lease_until: datetime | None = time_field()
    sent_at: datetime | None = time_field()


class Recommendation(Row, table=True):
    """One change. `change` is {"inputs": [...], "steps": [...], "outputs": [...], "spark_conf": {...}}: what replaces what.

    Expected gain is the ratio of time saved, with an 80 % interval; `measured_gain_ratio` is that of its trial.
    """

    __table_args__ = (one_of("kind", RecommendationKind),)

    workspace_id: UUID = reference("workspace")
    plan_id: UUID = reference("optimization_plan")
    position: int
    key: str = Field(max_length=120)
    title: str = Field(max_length=300)
    kind: str
    mechanism: str = ""
    condition: str = ""
    change: dict[str, Any] = json_field()
    expected_gain_ratio: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    confidence: float = 0.0
    risk: str = Field(default="low", max_length=300)
    evidence: dict[str, Any] = json_field()
    features: dict[str, Any] = json_field()
    measured_gain_ratio: float | None = None
    result_matches: bool | None = None
    is_chosen: bool = False


class Deployment(Row, table=True):
    """Approved changes in use: monitored until `wanted_runs` have run, then kept or rolled back. `report` says why.

    `judged_run_id` is the last run that was looked at, so that one whose worker died before that is found.
    """

    __table_args__ = (
        one_of("status", DeploymentStatus),
        Index(
            "uq_deployment_active",
            "pipeline_id",
            unique=True,
            postgresql_where=text("status IN ('deploying', 'monitoring')"),
        ),
        UniqueConstraint("plan_id"),
    )

    workspace_id: UUID = reference("workspace")
    pipeline_id: UUID = reference("pipeline")
    plan_id: UUID = reference("optimization_plan", index=False)
    status: str = DeploymentStatus.DEPLOYING
    before_version: int
    after_version: int
    recommendation_ids: list[str] = json_list()
    wanted_runs: int = 3
    baseline_durations_s: list[float] = json_list()
    baseline_outputs: list[dict[str, Any]] = json_list()
    result_matches: bool | None = None
    judged_run_id: UUID | None = None
    report: dict[str, Any] = json_field()
    approved_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    finished_at: datetime | None = time_field()


class CostExample(Row, table=True):
    """What a change did to a run: features before it, the log ratio of time after it, and what was expected."""

    workspace_id: UUID = reference("workspace")
    pipeline_id: UUID = reference("pipeline")
    recommendation_id: UUID | None = Field(default=None, index=True)
    key: str = Field(max_length=120)
    features: dict[str, Any] = json_field()
    log_ratio: float
    expected_log_ratio: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    origin: str = Field(default="trial", max_length=20)


class CostModel(Row, table=True):
    """A version of the model that prices changes; the champion is the one in use. `scores` are on held-back outcomes."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        Index("uq_cost_model_champion", "workspace_id", unique=True, postgresql_where=text("is_champion")),
    )

    workspace_id: UUID = reference("workspace", index=False)
    number: int
    is_champion: bool = False
    example_count: int = 0
    artefact_key: str | None = None
    scores: dict[str, Any] = json_field()
