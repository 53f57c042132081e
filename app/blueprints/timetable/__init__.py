"""Pages of the timetable."""

from app.blueprints.timetable import bells, substitutes, weeks
from app.blueprints.timetable.area import blueprint

__all__ = ["bells", "blueprint", "substitutes", "weeks"]
