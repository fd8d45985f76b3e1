"""One file per validated data class or family."""
