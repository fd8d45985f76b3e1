"""What the access bench serves: the gateway behind its gate, with one bare and one checked route side by side."""

from pathlib import Path

from fastapi import FastAPI

from pursight_app.api.app import create_app
from pursight_app.api.guard import GuardedRoute, guard, public
from pursight_app.core.logging import configure_logging
from pursight_app.services.access import Permission
from pursight_app.web.gate import Gate


def make() -> Gate:
    """The application; granian calls it in each worker."""
    configure_logging()
    gateway = create_app()
    _add_routes(gateway)
    return Gate(gateway, pages=Path("/nonexistent"))


def _add_routes(gateway: FastAPI) -> None:
    @public
    async def bare() -> dict[str, str]:
        """Answers without any check."""
        return {"status": "ok"}

    @guard(Permission.SCAN_READ)
    async def checked() -> dict[str, str]:
        """The same answer after token, session and permission were checked."""
        return {"status": "ok"}

    for path, endpoint in (("/api/bench/bare", bare), ("/api/bench/checked", checked)):
        route = GuardedRoute(path, endpoint, methods=["GET"])
        gateway.router.routes.insert(0, route)
