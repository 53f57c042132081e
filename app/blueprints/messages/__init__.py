"""Pages of the messages area: the words of letters and texts to families."""

from app.blueprints.messages.views import blueprint

__all__ = ["blueprint"]
