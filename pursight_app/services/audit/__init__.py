"""Keeps who did what, and shows it: adding, checking, reading."""

from pursight_app.services.audit.denials import record_denied
from pursight_app.services.audit.export import ExportFormat, export_audit_events
from pursight_app.services.audit.listing import (
    RESULTS,
    AuditFilter,
    get_audit_event,
    list_audit_actions,
    list_audit_events,
)
from pursight_app.services.audit.tickets import ExportTicket, make_export_ticket, take_export_ticket
from pursight_app.services.audit.trail import ORIGIN, Origin, Subject, digest, record, record_apart
from pursight_app.services.audit.verification import Anchor, ChainReport, check_chain, verify

__all__ = [
    "ORIGIN",
    "RESULTS",
    "Anchor",
    "AuditFilter",
    "ChainReport",
    "ExportFormat",
    "ExportTicket",
    "Origin",
    "Subject",
    "check_chain",
    "digest",
    "export_audit_events",
    "get_audit_event",
    "list_audit_actions",
    "list_audit_events",
    "make_export_ticket",
    "record",
    "record_apart",
    "record_denied",
    "take_export_ticket",
    "verify",
]
