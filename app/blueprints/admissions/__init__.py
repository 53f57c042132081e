"""Pages of the admissions area: the officer's desk."""

from app.blueprints.admissions import slips
from app.blueprints.admissions.answers import add_answers
from app.blueprints.admissions.views import blueprint

add_answers(blueprint)

__all__ = ["blueprint", "slips"]
