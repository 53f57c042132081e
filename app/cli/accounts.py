"""`flask accounts create-admin`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.domain.accounts.services import create_admin
from app.domain.kernel.access import SYSTEM
from app.domain.people.services import add_person
from app.uow import transaction
from app.web.urls import absolute_url

accounts = AppGroup("accounts", help="Accounts of people.")


@accounts.command("create-admin")
@click.option("--email", prompt=True, help="The address the administrator signs in with.")
@click.option("--name", prompt=True, help="Full name in English letters.")
def create_admin_command(email: str, name: str) -> None:
    """Open an administrator's account and print the link that sets its password. It works once."""
    with transaction():
        person_id = add_person(SYSTEM, name_en=name, email=email)
        token = create_admin(person_id, email=email)
    click.echo(absolute_url("accounts.choose_password", lang="en", token=token))
