"""The page on which anybody checks a slip."""

from app.blueprints.check.views import blueprint

__all__ = ["blueprint"]
