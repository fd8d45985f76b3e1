"""What stands between Reflex and us; the only user of Reflex internals."""
