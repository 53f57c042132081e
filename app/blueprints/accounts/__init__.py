"""Pages of the accounts area."""

from app.blueprints.accounts import factors  # noqa: F401  # its routes join the blueprint
from app.blueprints.accounts.views import blueprint

__all__ = ["blueprint"]
