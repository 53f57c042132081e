"""Pages of the builder area: what the application form of a cycle asks, page by page."""

from app.blueprints.builder.views import blueprint

__all__ = ["blueprint"]
