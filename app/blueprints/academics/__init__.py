"""Pages of the academics area: campuses, years, classes, subjects, sections and the calendar."""

from app.blueprints.academics import calendar, campuses, classes, sections, years
from app.blueprints.academics.area import blueprint

__all__ = ["blueprint", "calendar", "campuses", "classes", "sections", "years"]
