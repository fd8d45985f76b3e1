"""Tables, one file per noun; no logic."""
