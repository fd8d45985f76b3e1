"""Files of the demo company that its pipelines read: orders, customers, page views and contact lists, the same every time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ORDERS, CUSTOMERS, VIEWS, CONTACTS = 300_000, 20_000, 800_000, 4_000
# Days since 1970 of 2025-01-01; the lake holds 600 days.
_FIRST_DAY, _DAYS = 20_089, 600


def write_lake(folder: Path) -> None:
    """Writes the tables below `folder`, each as a folder of Parquet; what is there is left alone."""
    for name, table in _tables().items():
        place = folder / name
        if not place.exists():
            place.mkdir(parents=True)
            pq.write_table(table, place / "part-0.parquet", row_group_size=50_000)


def _tables() -> Mapping[str, Any]:
    dice = np.random.default_rng(20_251)
    countries = np.array(["DE", "FR", "IT", "ES", "PL", "NL", "AT", "SE"])
    day = np.sort(dice.integers(0, _DAYS, VIEWS)) + _FIRST_DAY
    # Most views belong to few visitors, as everywhere.
    visitor = np.minimum(CUSTOMERS - 1, (CUSTOMERS * dice.random(VIEWS) ** 4).astype(np.int64))
    contacts = dice.integers(0, CONTACTS * 3, (2, CONTACTS))
    return {
        "demo_orders": pa.table(
            {
                "order_id": np.arange(ORDERS),
                "customer_id": dice.integers(0, CUSTOMERS, ORDERS),
                "amount": np.round(dice.gamma(2.0, 40.0, ORDERS), 2),
                "discount": np.round(dice.random(ORDERS) * 0.3, 2),
                "ordered_on": pa.array(
                    (dice.integers(0, _DAYS, ORDERS) + _FIRST_DAY).astype(np.int32), pa.int32()
                ).cast(pa.date32()),
                "remark": [f"remark {number % 5_003}" for number in range(ORDERS)],
            }
        ),
        "demo_customers": pa.table(
            {
                "customer_id": np.arange(CUSTOMERS),
                "email": [f"customer{number}@example.com" for number in range(CUSTOMERS)],
                "country": countries[dice.integers(0, len(countries), CUSTOMERS)],
            }
        ),
        "demo_page_views": pa.table(
            {
                "visitor_id": visitor,
                "path": [f"/products/{number % 997}" for number in range(VIEWS)],
                "seconds": dice.integers(1, 600, VIEWS),
                "viewed_on": pa.array(day.astype(np.int32), pa.int32()).cast(pa.date32()),
                "agent": [f"agent {number % 31}" for number in range(VIEWS)],
            }
        ),
        **{
            name: pa.table(
                {
                    "id": np.arange(CONTACTS),
                    "phone": [f"+49 30 {number:07d}" for number in contacts[side]],
                    "name": [f"Person {number * 7 % 9_001}" for number in contacts[1 - side]],
                }
            )
            for side, name in enumerate(("demo_contacts_shop", "demo_contacts_crm"))
        },
    }


def _reads(*names: str) -> list[dict[str, str]]:
    return [{"name": name.removeprefix("demo_"), "table": name, "format": "parquet"} for name in names]


def _writes(step: str, table: str, **more: Any) -> list[dict[str, Any]]:
    return [{"step": step, "table": table, "format": "parquet", **more}]


PIPELINES: Mapping[str, Mapping[str, Any]] = {
    "Revenue by country and month": {
        "inputs": _reads("demo_orders", "demo_customers"),
        "steps": [
            {
                "name": "revenue",
                "sql": "SELECT c.country, date_trunc('MONTH', o.ordered_on) AS month, sum(o.amount * (1 - o.discount)) AS revenue,\n"
                "       count(DISTINCT o.customer_id) AS customers\n"
                "FROM orders o JOIN customers c ON o.customer_id = c.customer_id\nGROUP BY c.country, date_trunc('MONTH', o.ordered_on)",
            }
        ],
        "outputs": _writes("revenue", "demo_revenue"),
        # As it was set years ago for a cluster that is gone.
        "spark_conf": {
            "spark.sql.shuffle.partitions": "200", "spark.sql.adaptive.enabled": "false", "spark.sql.autoBroadcastJoinThreshold": "-1",
        },
    },
    "Visits in August": {
        "inputs": _reads("demo_page_views", "demo_customers"),
        "steps": [
            {
                "name": "views_with_country",
                "sql": "SELECT * FROM page_views JOIN customers ON page_views.visitor_id = customers.customer_id",
                "persist": "stage",
            },
            {
                "name": "visits",
                "sql": "SELECT country, path, count(*) AS views, sum(seconds) AS seconds\nFROM views_with_country\n"
                "WHERE date_format(viewed_on, 'yyyy-MM') = '2025-08'\nGROUP BY country, path",
            },
        ],
        "outputs": _writes("visits", "demo_visits_in_august"),
        "spark_conf": {},
    },
    "Order classes": {
        "inputs": _reads("demo_orders"),
        "steps": [
            {
                "name": "classes",
                "python": "from pyspark.sql.functions import udf\n\n\n@udf('string')\ndef order_class(amount, discount):\n"
                "    if amount is None:\n        return None\n    if amount > 200:\n        return 'large'\n"
                "    if amount > 50 and discount < 0.1:\n        return 'regular'\n    return 'small'\n\n\n"
                "@udf('double')\ndef net(amount, discount):\n    return amount * (1 - discount)\n\n\n"
                "def run(spark, params):\n    orders = spark.table('orders')\n    print(f'classifying {orders.count()} orders')\n"
                "    return orders.select('order_id', order_class('amount', 'discount').alias('class'), net('amount', 'discount').alias('net'))\n",
            }
        ],
        "outputs": _writes("classes", "demo_order_classes"),
        "spark_conf": {},
    },
    "Contacts in both systems": {
        "inputs": _reads("demo_contacts_shop", "demo_contacts_crm"),
        "steps": [
            {
                "name": "matches",
                "sql": "SELECT s.id AS shop_id, c.id AS crm_id\nFROM contacts_shop s JOIN contacts_crm c\n  ON s.phone = c.phone OR s.name = c.name",
            }
        ],
        "outputs": _writes("matches", "demo_contact_matches"),
        "spark_conf": {},
    },
}  # fmt: skip
"""Four pipelines as one finds them: settings of another time, a staged SELECT *, row-wise Python, a join with OR."""
