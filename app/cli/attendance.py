"""`flask attendance check`: do the months that reports count from agree with the registers?"""

from __future__ import annotations

import click

from app.cli.group import SchoolGroup
from app.domain.attendance.reports.queries import count_wrong_months
from app.domain.attendance.reports.services import mend_months

attendance = SchoolGroup("attendance", help="What reports of attendance count from.")


@attendance.command("check")
@click.option("--mend", is_flag=True, help="Count all of them anew where they differ.")
def check_command(mend: bool) -> None:
    """Compare every child's months with all registers. Exit code 1 where they differ and are not mended."""
    wrong = count_wrong_months()
    if not wrong:
        click.echo("Every month agrees with its registers.")
        return
    if not mend:
        raise click.ClickException(f"{wrong} rows differ. --mend counts all of them anew.")
    mend_months()
    click.echo(f"{wrong} rows differed. All were counted anew.")
