"""Pages of the site area."""

from app.blueprints.site.views import blueprint

__all__ = ["blueprint"]
