"""Pages of the accounts area."""

from app.blueprints.accounts.views import blueprint

__all__ = ["blueprint"]
