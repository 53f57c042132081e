"""Pages of the accounts area."""

from app.blueprints.accounts import factors, security  # noqa: F401  # their routes join the blueprint
from app.blueprints.accounts.views import blueprint

__all__ = ["blueprint"]
