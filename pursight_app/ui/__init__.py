"""Frame, theme and components; no state, no I/O."""
