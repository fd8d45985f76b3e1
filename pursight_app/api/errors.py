"""Turns errors into `application/problem+json` (RFC 9457). One of the three outermost handlers."""

import asyncio

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pursight_app.core.errors import (
    PermissionDeniedError,
    PurSightError,
    RateLimitedError,
    ServiceUnavailableError,
)
from pursight_app.core.redis import RedisError
from pursight_app.services import audit

log = structlog.get_logger()
_TITLES = {404: "Not found", 405: "Method not allowed", 413: "Too large", 415: "Unsupported media type"}


def problem(request: Request, *, status: int, code: str, title: str, detail: str) -> JSONResponse:
    """One problem document."""
    body = {
        "type": f"urn:pursight:error:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": getattr(request.state, "request_id", ""),
    }
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def answer_to(request: Request, error: PurSightError) -> JSONResponse:
    """What a known error is answered with."""
    answer = problem(request, status=error.status, code=error.code, title=error.title, detail=error.message)
    if isinstance(error, RateLimitedError | ServiceUnavailableError):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def install_error_handlers(app: FastAPI) -> None:
    """Answers every error of the gateway as a problem document; an unknown one as a bug with a reference."""

    @app.exception_handler(PurSightError)
    async def known(request: Request, error: PurSightError) -> JSONResponse:
        if isinstance(error, PermissionDeniedError):
            await asyncio.to_thread(_keep_denial, request, error)
        return answer_to(request, error)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # The value itself is left out: it may be a password.
        wrong = [f"{'.'.join(str(part) for part in each['loc'][1:])}: {each['msg']}" for each in error.errors()]
        return problem(request, status=422, code="invalid_input", title="Invalid input", detail="; ".join(wrong)[:1000])

    @app.exception_handler(RedisError)
    def no_redis(request: Request, error: RedisError) -> JSONResponse:
        log.warning("redis.unavailable", exc_info=error)
        detail = "The session store does not answer. Nothing was changed; try again in a moment."
        return problem(request, status=503, code="service_unavailable", title="Service unavailable", detail=detail)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 400:
            # What FastAPI says of bytes that are no text at all; like any other body that is no JSON.
            detail = str(error.detail)
            return problem(request, status=422, code="invalid_input", title="Invalid input", detail=detail)
        title = _TITLES.get(error.status_code, "Error")
        code = title.lower().replace(" ", "_")
        return problem(request, status=error.status_code, code=code, title=title, detail=str(error.detail))

    @app.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> JSONResponse:
        log.error("request.failed", exc_info=error)
        detail = "PurSight failed here. The server's log has the details under this request_id."
        return problem(request, status=500, code="internal_error", title="Internal error", detail=detail)


def _keep_denial(request: Request, error: PermissionDeniedError) -> None:
    kind, row_id = next(iter(request.path_params.items()), ("", ""))
    attempt = f"{request.method} {getattr(request.scope.get('route'), 'path', '')}"
    actor = getattr(request.state, "actor", None)
    audit.record_denied(error, actor, attempt, audit.Subject(kind.removesuffix("_id"), str(row_id)))
