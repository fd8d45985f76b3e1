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
from pursight_app.services.audit.wording import Names, names_of, sentence_of, who_of

__all__ = [
    "ORIGIN",
    "RESULTS",
    "Anchor",
    "AuditFilter",
    "ChainReport",
    "ExportFormat",
    "ExportTicket",
    "Names",
    "Origin",
    "Subject",
    "check_chain",
    "digest",
    "export_audit_events",
    "get_audit_event",
    "list_audit_actions",
    "list_audit_events",
    "make_export_ticket",
    "names_of",
    "record",
    "record_apart",
    "record_denied",
    "sentence_of",
    "take_export_ticket",
    "verify",
    "who_of",
]
