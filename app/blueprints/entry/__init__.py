"""Pages of enrolment besides the officer's desk: a whole class at once, and the way back."""

from app.blueprints.entry.views import blueprint

__all__ = ["blueprint"]
