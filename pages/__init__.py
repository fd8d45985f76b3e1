"""One file per route: pure functions of state."""
