"""The learned parts: column model and its training."""
