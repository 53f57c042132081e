"""Pages of the outbox and of what happens by the clock."""

from app.blueprints.jobs.views import blueprint

__all__ = ["blueprint"]
