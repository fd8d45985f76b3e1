"""Flow 4 over REST on a real Spark: run, optimise, approve, watch, report; and what is taken back by itself."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.models import (
    ActivityEvent,
    Asset,
    AssetColumn,
    ColumnLineageEdge,
    CostModel,
    LineageEdge,
    OptimizationPlan,
    Recommendation,
)
from tests.spark.conftest import Lake, rows_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_slow_pipeline_gets_faster_with_the_same_results(lake: Lake, tmp_path: Path) -> None:
    out = tmp_path / "sums"
    pipeline_id = lake.create("Sums of March", lake.definition(out))

    original = lake.get(str(pipeline_id))["definition"]

    # F4.3-4, F4.22-24: it runs, and what Spark did is kept.
    run = lake.run(pipeline_id)
    assert run["status"] == "succeeded", run["error"]
    assert run["stages"]
    assert run["figures"]["tasks"] > 90
    before = sorted(map(str, rows_of(out)))
    assert len(before) > 50
    assert not [each.name for each in tmp_path.iterdir() if each.name.startswith(".")]

    # Lineage into the catalogue, down to columns.
    with unit_of_work() as session:
        target = session.exec(select(Asset).where(Asset.qualified_name == str(out))).one()
        edges = session.exec(select(LineageEdge).where(LineageEdge.downstream_id == target.id)).all()
        pairs = session.exec(
            select(AssetColumn.name, ColumnLineageEdge.transformation)
            .join(ColumnLineageEdge, AssetColumn.id == ColumnLineageEdge.upstream_column_id)  # type: ignore[arg-type]
            .where(ColumnLineageEdge.lineage_edge_id.in_([edge.id for edge in edges]))  # type: ignore[attr-defined]
        ).all()
    assert {edge.kind for edge in edges} == {"pipeline"}
    assert len(edges) == 2
    assert target.row_count == len(before)
    assert ("email", "identity") in pairs

    # F4.2-16: analysis, candidates, prices, trials.
    plan = lake.plan(pipeline_id, trials=3)
    assert plan["status"] == "ready", plan["error"]
    assert plan["bottlenecks"]
    assert plan["optimized_s"] < plan["baseline_s"]
    chosen = [each for each in plan["recommendations"] if each["is_chosen"]]
    assert chosen
    assert all(
        each["mechanism"] and each["condition"] and each["risk"] for each in chosen if each["kind"] != "configuration"
    )
    assert all(trial["result_matches"] or trial["difference"] for trial in plan["trials"])
    assert len(plan["trials"]) <= 3
    assert plan["diff"]

    # F4.18-23: approved, a new version, deployed.
    made = lake.post("apply-optimization", {"plan_id": plan["plan_id"], "watch_runs": 2})
    again = lake.post("apply-optimization", {"plan_id": plan["plan_id"]})
    assert again["deployment_id"] == made["deployment_id"]
    assert lake.get(str(pipeline_id))["version"] == 2

    # F4.24-32: watched by its first runs, kept, reported; and learned from.
    lake.work_off(pipeline_id)
    report = lake.get(f"deployments/{made['deployment_id']}")
    assert report["status"] == "kept", report
    assert (report["result_matches"], report["results"]) == (True, "same")
    assert report["report"]["stages_before"][0]["duration_ms"] > 0
    assert report["report"]["cost_after"]["core_hours"] > 0
    assert report["speedup"] > 1.05
    assert len(report["runs"]) == 2
    assert report["speedup_interval"][0] is not None
    assert sorted(map(str, rows_of(out))) == before
    with unit_of_work() as session:
        assert session.exec(select(CostModel).where(CostModel.workspace_id == lake.office.workspace_id)).first()
        kinds = session.exec(
            select(ActivityEvent.type).where(ActivityEvent.workspace_id == lake.office.workspace_id)
        ).all()
    assert {"pipeline.create", "pipeline.run", "pipeline.optimize", "pipeline.apply", "pipeline.keep"} <= set(kinds)
    quality = lake.get(f"model-quality?workspace_id={lake.office.workspace_id}")
    # As many outcomes of the deployment as it has changes; of several changes each has its share.
    last = "deployment" if len(chosen) == 1 else "share"
    assert [each["origin"] for each in quality["outcomes"]].count(last) == len(chosen)

    # A person takes it back all the same.
    assert lake.post(f"deployments/{made['deployment_id']}/roll-back", expect=200)["status"] == "rolled_back"
    current = lake.get(str(pipeline_id))
    assert current["version"] == 3
    assert current["definition"] == original
    assert lake.post(f"deployments/{made['deployment_id']}/roll-back", expect=409)["code"] == "deployment_over"


def approved_by_hand(
    lake: Lake, pipeline_id: UUID, change: dict[str, object], outputs: list[dict[str, object]], base_s: float
) -> str:
    """A plan as a model that erred would have made it: ready, with one change."""
    with unit_of_work() as session:
        plan = OptimizationPlan(
            workspace_id=lake.office.workspace_id, pipeline_id=pipeline_id, version=1, status="ready",
            baseline_s=base_s, requested_by_id=lake.office.engineer.user_id,
            budget={"outputs": outputs, "fingerprint": change.pop("fingerprint")},
        )  # fmt: skip
        session.add(plan)
        session.flush()
        session.add(
            Recommendation(
                workspace_id=lake.office.workspace_id, plan_id=plan.id, position=0, key="tuning", title="Set something",
                kind="configuration", change=change, is_chosen=True,
            )
        )  # fmt: skip
    return str(lake.post("apply-optimization", {"plan_id": str(plan.id)})["deployment_id"])


def test_what_changes_results_is_taken_back_before_anybody_sees_it(lake: Lake, tmp_path: Path) -> None:
    from pursight_app.core.definitions import parse_definition
    from pursight_app.services.pipelines.inputs import fingerprint

    definition = lake.definition(tmp_path / "out", spark_conf={})
    definition["steps"] = [
        {"name": "sums", "sql": "SELECT customer_id, max(amount) AS total FROM orders GROUP BY customer_id"}
    ]
    pipeline_id = lake.create("Made different", definition)
    run = lake.run(pipeline_id)
    written = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").iterdir()}
    before = [{**each, "hash": "1"} for each in run["outputs"]]
    change = {
        "spark_conf": {"spark.sql.shuffle.partitions": "8"},
        "fingerprint": fingerprint(parse_definition(definition)),
    }

    deployment_id = approved_by_hand(lake, pipeline_id, change, before, run["duration_s"])
    lake.work_off(pipeline_id)

    report = lake.get(f"deployments/{deployment_id}")
    assert (report["status"], report["result_matches"], report["results"]) == ("rolled_back", False, "different")
    assert "not the same" in report["why"]
    # What the version before wrote has stayed all the time; nothing lies beside it.
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "out").iterdir()} == written
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    runs = lake.get(f"{pipeline_id}/runs")["items"]
    assert [(each["version"], each["status"]) for each in runs] == [(2, "failed"), (1, "succeeded")]
    assert "Nothing of this run was written" in runs[0]["error"]
    assert lake.get(str(pipeline_id))["version"] == 3
