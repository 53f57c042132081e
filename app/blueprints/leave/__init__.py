"""Pages of leave, for those who answer."""

from app.blueprints.leave.views import blueprint

__all__ = ["blueprint"]
