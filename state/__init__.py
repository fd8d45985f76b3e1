"""One file per page noun: vars, handlers, view rows."""
