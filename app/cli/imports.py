"""`flask import oneroster`: a school from another system; `flask import attendance`: registers of the past."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click

from app.cli.group import SchoolGroup
from app.domain.academics.importing.report import COUNTED, Outcome, Report
from app.domain.academics.importing.roster import import_roster
from app.domain.academics.queries import list_campuses
from app.domain.attendance.importing.rules import read_table as read_registers
from app.domain.attendance.importing.services import import_file, look_at_file
from app.domain.attendance.importing.types import Fate, Outlook
from app.domain.kernel.access import SYSTEM
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import DomainError
from app.integrations.oneroster import BrokenBundle, make_plan, read_bundle
from app.integrations.tables import BrokenTable, Limits, read_table

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


_LIMITS = Limits(bytes=60 * 1024 * 1024, unpacked=200 * 1024 * 1024, rows=200_000, text=40_000_000)
"""Of a file of registers: a year of a large school, a class at a time."""


@imports.command("attendance")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--campus", "campus_code", metavar="CODE", help="The campus, where there are several.")
@click.option("--sheet", help="The sheet of a workbook, if not the first.")
@click.option("--change", "reason", metavar="REASON", help="Change what is stored already, and why.")
@click.option("--dry-run", is_flag=True, help="Show what would happen and change nothing.")
@click.option("--verbose", is_flag=True, help="Print every line, also those that are stored.")
def attendance_command(
    file: Path, campus_code: str | None, sheet: str | None, reason: str | None, dry_run: bool, verbose: bool
) -> None:
    """Import registers of the past from CSV or a workbook: a mark a line, or the sheet of a month.

    Prints each line that is left out or refused with its number and why, and the counts. A line that is wrong
    costs only itself; a file that is broken as a whole changes nothing and ends with exit code 1.
    """
    try:
        table = read_table(file.read_bytes(), _LIMITS, sheet)
        sent = read_registers((row.line, row.cells) for row in table.rows)
        campus_id = _campus(campus_code)
        if dry_run:
            outlook = look_at_file(SYSTEM, campus_id, sent, may_change=reason is not None)
        else:
            outlook = import_file(SYSTEM, campus_id, sent, change_reason=reason)
    except BrokenTable as error:
        told = " ".join(f"{name}={value}" for name, value in error.told.items())
        raise click.ClickException(f"the table cannot be read: {error.problem} {told}".rstrip()) from error
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    _print_outlook(outlook, verbose)
    if dry_run:
        click.echo("Dry run: nothing was changed.")


def _campus(code: str | None) -> UUID:
    campuses = [each for each in list_campuses(SYSTEM) if code in (None, each.code)]
    if len(campuses) != 1:
        raise click.ClickException("Name the campus with --campus.")
    return campuses[0].id


_TOLD = (Fate.CHANGED, Fate.KEPT, Fate.SKIPPED, Fate.REFUSED)


def _print_outlook(outlook: Outlook, verbose: bool) -> None:
    for line in outlook.lines:
        if verbose or line.fate in _TOLD:
            sent = line.sent
            whose = sent.number or f"{sent.section} {sent.roll or ''}".strip()
            why = line.why % {"name": line.told.in_("en")[0]} if line.told else line.why
            text = f"{sent.line} {line.fate} {sent.on or ''} {whose} {sent.typed}: {why}".removesuffix(": ")
            # What comes from the file cannot steer the terminal.
            click.echo(
                "".join(char if char.isprintable() or char in "\u200c\u200d" else "\ufffd" for char in text)
            )
    click.echo()
    for fate in Fate:
        click.echo(f"{fate.value:10}{outlook.count(fate):11}")
