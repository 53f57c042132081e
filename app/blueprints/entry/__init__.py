"""Pages of enrolment besides the officer's desk: a whole class at once, the way back, and the numbers."""

from app.blueprints.entry import numbers
from app.blueprints.entry.views import blueprint

__all__ = ["blueprint", "numbers"]
