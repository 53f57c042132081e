"""Pages of the audit log."""

from app.blueprints.audit.views import blueprint

__all__ = ["blueprint"]
