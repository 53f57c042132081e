"""Pages of the family area."""

from app.blueprints.family.views import blueprint

__all__ = ["blueprint"]
