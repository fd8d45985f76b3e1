"""Reflex settings only; PurSight's own are in pursight_app/core/settings.py."""

import reflex as rx

from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.redis import redis_url
from pursight_app.core.settings import get_settings
from pursight_app.web.build import SameOriginPlugin


def _redis_url() -> str | None:
    try:
        return redis_url()
    except ServiceUnavailableError:
        # The front end is built before Redis runs; the build keeps no state.
        return None


config = rx.Config(
    app_name="pursight_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    cors_allowed_origins=sorted(get_settings().allowed_origins),
    redis_url=_redis_url(),
    plugins=[
        SameOriginPlugin(),
        rx.plugins.TailwindV4Plugin(config={"darkMode": "class", "theme": {"extend": {}}, "plugins": []}),
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                accent_color="indigo", gray_color="slate", radius="medium", has_background=False, scaling="100%"
            )
        ),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
