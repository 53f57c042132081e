from app.blueprints.admissions import bulk, desk, files, milestones, slips
from app.blueprints.admissions.answers import add_answers
from app.blueprints.admissions.views import blueprint

add_answers(blueprint)

__all__ = ["blueprint", "bulk", "desk", "files", "milestones", "slips"]
