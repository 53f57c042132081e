"""Commands for the person who runs the school's server: `flask <group> <command>`."""

from __future__ import annotations

from flask import Flask

from app.cli.accounts import accounts
from app.cli.attendance import attendance
from app.cli.audit import audit
from app.cli.demo import demo
from app.cli.imports import imports
from app.cli.jobs import jobs
from app.uow import work_for_the_school


def _open_shell() -> dict[str, object]:
    """What a shell knows: it belongs to whoever runs the server, and sees the whole school."""
    work_for_the_school()
    return {}


def register_commands(app: Flask) -> None:
    """Make every command known."""
    app.shell_context_processor(_open_shell)
    for group in (accounts, attendance, audit, demo, imports, jobs):
        app.cli.add_command(group)
