"""`flask import oneroster`: a school from another system."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from app.cli.group import SchoolGroup
from app.domain.academics.importing.report import COUNTED, Outcome, Report
from app.domain.academics.importing.roster import import_roster
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import DomainError
from app.integrations.oneroster import BrokenBundle, make_plan, read_bundle

imports = SchoolGroup("import", help="Data from other systems.")


@imports.command("oneroster")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would happen and change nothing.")
@click.option(
    "--campus", "campus_code", metavar="CODE", help="The campus it is for: an existing code or a new one."
)
@click.option("--accounts", is_flag=True, help="Open accounts for teachers with an e-mail address.")
@click.option("--verbose", is_flag=True, help="Print unchanged rows too.")
def oneroster_command(
    bundle: Path, dry_run: bool, campus_code: str | None, accounts: bool, verbose: bool
) -> None:
    """Import a OneRoster CSV bundle, version 1.1 or 1.2: a folder or a zip file.

    Prints each row that was created, changed, skipped or refused with its file and line, and the counts. Rows
    that are refused cost only themselves and what needs them; a bundle that is broken as a whole changes
    nothing and ends with exit code 1.
    """
    try:
        plan = make_plan(read_bundle(bundle))
        report = import_roster(
            SYSTEM,
            plan,
            today=local_day(datetime.now(UTC)),
            dry_run=dry_run,
            campus_code=campus_code,
            accounts=accounts,
        )
    except (BrokenBundle, DomainError) as error:
        raise click.ClickException(str(error)) from error
    _print_report(report, verbose)
    if dry_run:
        click.echo("Dry run: nothing was changed.")


def _print_report(report: Report, verbose: bool) -> None:
    for line in report.sorted_lines():
        if verbose or line.outcome is not Outcome.UNCHANGED:
            click.echo(str(line))
    head = "".join(f"{outcome.value:>11}" for outcome in COUNTED)
    click.echo(f"\n{'':24}{head}")
    for kind, counts in report.table():
        click.echo(f"{kind:24}" + "".join(f"{count:11}" for count in counts))
