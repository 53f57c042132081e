"""Pages of draws: what everybody can see and check, and the steps of the office."""

from app.blueprints.draws import office
from app.blueprints.draws.views import blueprint

__all__ = ["blueprint", "office"]
