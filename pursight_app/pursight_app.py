"""Composition root: names every page once and wires the live hub to the states."""

import reflex as rx

import pages.asset
import pages.catalog
import pages.data_sources
import pages.findings
import pages.home
import pages.login
import pages.scan
import pages.scans
import pages.workspaces  # noqa: F401  importing a page registers it
from pursight_app.api.app import create_app
from pursight_app.web.app import create_web_app
from pursight_app.web.live import LiveHub
from state.asset import AssetState
from state.base import install_listener
from state.data_sources import DataSourcesState
from state.findings import FindingsState
from state.home import HomeState
from state.scans import ScansState, ScanState
from state.session import on_error

hub = LiveHub(
    {
        "home": ("workspace:", HomeState.refresh),
        "data_sources": ("workspace:", DataSourcesState.refresh),
        "scans": ("workspace:", ScansState.refresh),
        "scan": ("scan:", ScanState.refresh),
        "asset": ("workspace:", AssetState.refresh),
        "findings": ("workspace:", FindingsState.refresh),
    }
)
install_listener(hub.enter)
app = create_web_app(
    create_app(),
    hub,
    on_error=on_error,
    head=[rx.el.link(rel="icon", href="/favicon.svg"), rx.el.script(src="/pursight.js", defer=True)],
)
