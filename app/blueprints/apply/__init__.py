"""Pages of the apply area: what a family sees of admissions, without an account."""

from app.blueprints.apply import papers, resuming
from app.blueprints.apply.views import blueprint

__all__ = ["blueprint", "papers", "resuming"]
