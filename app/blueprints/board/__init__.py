"""The office's day: the board of registers, who is here and who is away, reports, concerns."""

from app.blueprints.board import away, concerns, reports, views
from app.blueprints.board.area import blueprint

__all__ = ["away", "blueprint", "concerns", "reports", "views"]
