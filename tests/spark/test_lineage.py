"""Lineage of real runs by what Spark resolved: through Python, through a staged step, and without rows that only chose."""

from pathlib import Path

import pytest
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, ColumnLineageEdge, LineageEdge
from tests.spark.conftest import Lake

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# It names orders and customers nowhere but in reading them, and customers only to choose rows.
CODE = """
from pyspark.sql import functions as F

def run(spark, params):
    found = spark.table("orders").join(spark.table("customers"), "customer_id", "left_semi")
    found = found.withColumn("who", F.sha2(F.col("note"), 256))
    return found.groupBy("day").agg(F.max("who").alias("who"), F.sum("amount").alias("total"))
"""


def test_columns_are_followed_through_python(lake: Lake, tmp_path: Path) -> None:
    out = tmp_path / "days"
    steps = [
        {"name": "days", "python": CODE, "persist": "stage"},
        {"name": "late", "sql": "SELECT day, who AS person, total / 2 AS half FROM days WHERE total > 0"},
    ]
    outputs = [{"step": "late", "path": str(out), "format": "parquet"}]
    run = lake.run(lake.create("Days", lake.definition(out, steps=steps, outputs=outputs)))
    assert run["status"] == "succeeded", run["error"]

    given, made = aliased(AssetColumn), aliased(AssetColumn)
    with unit_of_work() as session:
        target = session.exec(select(Asset).where(Asset.qualified_name == str(out))).one()
        sources = session.exec(
            select(Asset.name)
            .join(LineageEdge, col(LineageEdge.upstream_id) == Asset.id)
            .where(LineageEdge.downstream_id == target.id)
        ).all()
        columns = session.exec(
            select(given.name, made.name, ColumnLineageEdge.transformation)
            .join(ColumnLineageEdge, col(ColumnLineageEdge.upstream_column_id) == given.id)
            .join(made, col(ColumnLineageEdge.downstream_column_id) == made.id)
            .where(made.asset_id == target.id)
        ).all()
    assert sorted(sources) == ["customers.parquet", "orders.parquet"]
    assert set(columns) == {
        ("day", "day", "identity"), ("note", "person", "masking"), ("amount", "half", "aggregation"),
    }  # fmt: skip
