"""Structured logs: one JSON line per event on standard error, with the ids of request, workspace, actor and job."""

import logging
import sys

import structlog


def configure_logging() -> None:
    """Sends structlog and the standard library's records through one JSON renderer. Safe to call twice."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Drivers and the socket server log every query or packet at INFO.
    for noisy in ("rq.worker", "socketio", "engineio", "httpx", "granian.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
