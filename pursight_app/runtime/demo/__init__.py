"""Nordlicht Handel, the company that `up --demo` scans: invented people, real PostgreSQL, realistic dirt."""

from pursight_app.runtime.demo.company import DemoSummary, create_demo_company

__all__ = ["DemoSummary", "create_demo_company"]
