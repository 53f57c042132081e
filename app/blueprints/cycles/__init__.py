"""Pages of the cycles area: what an admission cycle asks for and offers."""

from app.blueprints.cycles import papers
from app.blueprints.cycles.views import blueprint

__all__ = ["blueprint", "papers"]
