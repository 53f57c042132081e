"""Commands for the person who runs the school's server: `flask <group> <command>`."""

from __future__ import annotations

from flask import Flask

from app.cli.accounts import accounts
from app.cli.audit import audit
from app.cli.demo import demo
from app.cli.imports import imports
from app.cli.jobs import jobs


def register_commands(app: Flask) -> None:
    """Make every command known."""
    for group in (accounts, audit, demo, imports, jobs):
        app.cli.add_command(group)
