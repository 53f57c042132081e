"""Sheets of a month to print and to take away, the locks of months, and registers from files."""

from app.blueprints.sheets import files, months  # noqa: F401  # their routes
from app.blueprints.sheets.views import blueprint

__all__ = ["blueprint"]
