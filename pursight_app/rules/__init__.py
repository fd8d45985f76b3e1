"""Compliance: the expression environment and the starter packs."""
