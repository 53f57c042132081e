"""`flask accounts create-admin` and `reset-second-factor`."""

from __future__ import annotations

import click

from app.cli.group import SchoolGroup
from app.domain.accounts.factors.services import reset_second_factor
from app.domain.accounts.services import create_admin
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.errors import NotFound, Refused
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


@accounts.command("reset-second-factor")
@click.argument("email")
def reset_second_factor_command(email: str) -> None:
    """Take app, passkeys and recovery codes from an account whose owner lost the phone, and sign it out.

    Be sure first whom you are talking to. The owner gets a letter; the audit log keeps it.
    """
    try:
        had = reset_second_factor(email)
    except NotFound as error:
        raise click.ClickException("No account signs in with this address.") from error
    click.echo("Removed. The password alone opens the account now." if had else "There was none.")
