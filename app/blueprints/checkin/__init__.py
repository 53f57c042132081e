"""Check-in by a code: the teacher's screen, and the pupil's form."""

from app.blueprints.checkin.views import blueprint

__all__ = ["blueprint"]
