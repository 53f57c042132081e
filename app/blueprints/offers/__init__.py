"""Pages of the offers area: how the seats stand, who waits, and offering the free ones."""

from app.blueprints.offers.views import blueprint

__all__ = ["blueprint"]
