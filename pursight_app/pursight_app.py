"""Composition root: finds every page and wires the live hub to the states."""

import reflex as rx

from pursight_app.api.app import create_app
from pursight_app.core.registry import modules_of
from pursight_app.web.app import create_web_app
from pursight_app.web.live import LiveHub
from state.activity import ActivityState
from state.asset import AssetState
from state.base import install_listener, install_talks
from state.data_classes import DataClassesState
from state.data_sources import DataSourcesState
from state.errors import on_error
from state.findings import FindingsState
from state.home import HomeState
from state.models import ModelsState
from state.notifications import BellState
from state.pipeline import PipelineState
from state.pipeline_deployment import PipelineDeploymentState
from state.pipeline_plan import PipelinePlanState
from state.pipeline_run import PipelineRunState
from state.pipelines import PipelinesState
from state.room import RoomState
from state.room_fresh import talk_delta
from state.room_thread import RoomThreadState
from state.rooms import RoomsState
from state.scans import ScansState, ScanState
from state.session import SessionState

# Importing a page registers it.
list(modules_of("pages"))
hub = LiveHub(
    {
        "rights": ("", (SessionState.look_again,)),
        "home": ("workspace:", (HomeState.refresh,)),
        "data_sources": ("workspace:", (DataSourcesState.refresh,)),
        "data_classes": ("workspace:", (DataClassesState.refresh,)),
        "scans": ("workspace:", (ScansState.refresh,)),
        "scan": ("scan:", (ScanState.refresh,)),
        "asset": ("workspace:", (AssetState.refresh,)),
        "findings": ("workspace:", (FindingsState.refresh,)),
        "rooms": ("workspace:", (RoomsState.refresh,)),
        "room": ("", (RoomState.refresh, RoomThreadState.refresh)),
        "room_cards": ("workspace:", (RoomState.refresh_cards, RoomThreadState.refresh)),
        "bell": ("user:", (BellState.refresh,)),
        "pipelines": ("workspace:", (PipelinesState.refresh,)),
        "pipeline": ("workspace:", (PipelineState.refresh,)),
        "pipeline_run": ("workspace:", (PipelineRunState.refresh,)),
        "pipeline_plan": ("workspace:", (PipelinePlanState.refresh,)),
        "pipeline_deployment": ("workspace:", (PipelineDeploymentState.refresh,)),
        "activity": ("workspace:", (ActivityState.refresh,)),
        "models": ("workspace:", (ModelsState.refresh,)),
    },
    talk_delta,
)
install_listener(hub.enter)
install_talks(hub)
app = create_web_app(
    create_app(),
    hub,
    on_error=on_error,
    head=[
        # Not deferred: it must run before the page looks at its own address.
        rx.el.script(src="/link-token.js"),
        rx.el.link(rel="icon", href="/favicon.svg"),
        rx.el.script(src="/pursight.js", defer=True),
        rx.el.script(src="/passkeys.js", defer=True),
        rx.el.script(src="/rooms.js", defer=True),
    ],
)
