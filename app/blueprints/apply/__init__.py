"""Pages of the apply area: what a family sees of admissions, without an account."""

from app.blueprints.apply import papers, slips
from app.blueprints.apply.views import blueprint

__all__ = ["blueprint", "papers", "slips"]
