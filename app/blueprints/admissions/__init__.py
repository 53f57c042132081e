"""Pages of the admissions area: the officer's desk."""

from app.blueprints.admissions import bulk, desk, milestones
from app.blueprints.admissions.views import blueprint

__all__ = ["blueprint", "bulk", "desk", "milestones"]
