"""The data classes of a workspace: those of the taxonomy, and the ones that it made for itself."""

from pursight_app.services.data_classes.listing import known_class, list_classes, list_own_classes

__all__ = ["known_class", "list_classes", "list_own_classes"]
