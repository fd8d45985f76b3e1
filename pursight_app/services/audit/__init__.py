"""Keeps who did what, and shows it: adding, checking, reading."""

from pursight_app.services.audit.denials import record_denied
from pursight_app.services.audit.listing import list_audit_events
from pursight_app.services.audit.trail import ORIGIN, Origin, Subject, digest, record, record_apart
from pursight_app.services.audit.verification import Anchor, ChainReport, check_chain, verify

__all__ = [
    "ORIGIN",
    "Anchor",
    "ChainReport",
    "Origin",
    "Subject",
    "check_chain",
    "digest",
    "list_audit_events",
    "record",
    "record_apart",
    "record_denied",
    "verify",
]
