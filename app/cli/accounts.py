"""`flask accounts create-admin`."""

from __future__ import annotations

import click

from app.cli.group import SchoolGroup
from app.domain.accounts.services import create_admin
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.errors import Refused
from app.domain.kernel.names import clean_name
from app.domain.people.services import add_person
from app.uow import transaction
from app.web.urls import password_link

accounts = SchoolGroup("accounts", help="Accounts of people.")


@accounts.command("create-admin")
@click.option("--email", prompt=True, help="The address the administrator signs in with.")
@click.option("--name", prompt=True, help="Full name in English letters.")
def create_admin_command(email: str, name: str) -> None:
    """Open an administrator's account and print the link that sets its password. It works once."""
    try:
        with transaction():
            person_id = add_person(SYSTEM, name_en=clean_name(name), email=email.strip().lower())
            token = create_admin(person_id, email=email.strip())
    except Refused as error:
        raise click.ClickException(str(error)) from error
    click.echo(password_link("en", token))
