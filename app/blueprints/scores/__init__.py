"""Pages of scores: what a class's score is made of, marks, seats of tests, and the merit list."""

from app.blueprints.scores.views import blueprint

__all__ = ["blueprint"]
