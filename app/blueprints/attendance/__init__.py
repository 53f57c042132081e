"""Pages of the attendance area."""

from app.blueprints.attendance import now
from app.blueprints.attendance.views import blueprint

__all__ = ["blueprint", "now"]
