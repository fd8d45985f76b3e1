"""One router per noun, found by api/app.py."""
