"""Use cases: permission first, then a transaction script."""
