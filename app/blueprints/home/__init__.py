"""Pages of the home area."""

from app.blueprints.home.views import blueprint

__all__ = ["blueprint"]
