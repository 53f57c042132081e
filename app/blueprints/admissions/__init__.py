"""Pages of the admissions area: the officer's desk."""

from app.blueprints.admissions import slips
from app.blueprints.admissions.views import blueprint

__all__ = ["blueprint", "slips"]
