"""Pages of the accounts area."""

from app.blueprints.accounts import security  # noqa: F401  # its routes are on the same blueprint
from app.blueprints.accounts.views import blueprint

__all__ = ["blueprint"]
