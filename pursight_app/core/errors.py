"""The error tree, grouped by what the caller must do. Anything outside it is a bug.

A message says what happened, to which thing, and what to do next; it never holds a secret or a sampled value.
"""

from typing import ClassVar
from uuid import UUID


class PurSightError(Exception):
    """Base of every error that PurSight raises on purpose.

    `code` is stable and documented in docs/errors.md; `status` is the HTTP status of the REST answer.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code  # type: ignore[misc]  # narrows the class default for this one instance


class UserError(PurSightError):
    """The caller can mend it: input, log-in, rights, state."""


class InvalidInputError(UserError):
    """Some given value is not acceptable."""

    code = "invalid_input"
    status = 422
    title = "Invalid input"


class NotAuthenticatedError(UserError):
    """Nobody is logged in, or the session has ended."""

    code = "not_authenticated"
    status = 401
    title = "Not logged in"


class PermissionDeniedError(UserError):
    """The actor is known but may not do this; `workspace_id` says where, for the audit log, None when it is not known."""

    code = "permission_denied"
    status = 403
    title = "Permission denied"

    def __init__(self, message: str, *, code: str | None = None, workspace_id: UUID | None = None) -> None:
        super().__init__(message, code=code)
        self.workspace_id = workspace_id


class StepUpRequiredError(PermissionDeniedError):
    """The actor may do this, but must show once more who they are: their last proof is too old for a dangerous act."""

    code = "step_up_required"
    title = "Confirm that it is you"


class NotFoundError(UserError):
    """No such thing, or none that the actor may know of."""

    code = "not_found"
    status = 404
    title = "Not found"


class ConflictError(UserError):
    """The thing is in a state that does not allow this."""

    code = "conflict"
    status = 409
    title = "Conflict"


class UnsupportedTypeError(UserError):
    """A file whose content is of a kind that is not taken, or not what its name says."""

    code = "unsupported_type"
    status = 415
    title = "Unsupported type of file"


class RateLimitedError(UserError):
    """Too many tries; `retry_after_s` seconds until the next one is looked at, `is_first` on the first refused one."""

    code = "rate_limited"
    status = 429
    title = "Too many requests"

    def __init__(self, message: str, *, retry_after_s: int, is_first: bool = False) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.is_first = is_first


class ExternalError(PurSightError):
    """Something outside PurSight failed: a source, a service."""

    code = "external_error"
    status = 502
    title = "A system outside PurSight failed"


class SourceUnreachableError(ExternalError):
    """A data source does not answer at its address, or not in time."""

    code = "source_unreachable"


class SourceLoginFailedError(ExternalError):
    """A data source answers but refuses the credentials or the database name."""

    code = "source_login_failed"


class SourceReadError(ExternalError):
    """A data source refused or broke while one of its tables was read."""

    code = "source_read_failed"


class SparkJobFailedError(ExternalError):
    """Spark does not answer, refused a program, or the program broke."""

    code = "spark_failed"


class ServiceUnavailableError(ExternalError):
    """PurSight's own PostgreSQL or Redis is away or busy; nothing was granted and nothing was changed."""

    code = "service_unavailable"
    status = 503
    title = "Service unavailable"

    def __init__(self, message: str, *, retry_after_s: int = 2) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
