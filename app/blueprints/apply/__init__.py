"""Pages of the apply area: what a family sees of admissions, without an account."""

from app.blueprints.apply import answers, papers, resuming, slips
from app.blueprints.apply.views import blueprint

__all__ = ["answers", "blueprint", "papers", "resuming", "slips"]
