"""Thin RQ entry points: ids in, one service call, nothing out."""
