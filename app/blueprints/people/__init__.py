"""Pages of the people area: students, guardians and staff."""

from app.blueprints.people import guardians, staff, students  # they add their routes
from app.blueprints.people.area import blueprint

__all__ = ["blueprint", "guardians", "staff", "students"]
