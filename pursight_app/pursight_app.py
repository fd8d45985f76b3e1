"""Composition root: names every page once and wires the live hub to the states."""

import pages.home
import pages.login  # noqa: F401  importing a page registers it
from pursight_app.api.app import create_app
from pursight_app.web.app import create_web_app
from pursight_app.web.live import LiveHub
from state.base import install_listener
from state.home import HomeState
from state.session import on_error

hub = LiveHub({"home": ("workspace:", HomeState.refresh)})
install_listener(hub.enter)
app = create_web_app(create_app(), hub, on_error=on_error, head=[])
