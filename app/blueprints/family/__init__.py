"""Pages of the family area."""

from app.blueprints.family import leave, views  # they add their routes
from app.blueprints.family.area import blueprint

__all__ = ["blueprint", "leave", "views"]
