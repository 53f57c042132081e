"""Pages of the cms area."""

from app.blueprints.cms.views import blueprint

__all__ = ["blueprint"]
