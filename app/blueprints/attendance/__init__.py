"""Pages of the attendance area."""

from app.blueprints.attendance import marks, now, pupil, rules  # noqa: F401  # they add their routes
from app.blueprints.attendance.views import blueprint

__all__ = ["blueprint"]
