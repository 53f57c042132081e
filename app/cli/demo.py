"""`flask demo prepare` and `flask demo load`: a school that does not exist, for trying everything out."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path

import click
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from app.cli.demo_data import growing
from app.cli.demo_data.bulk import Bulk
from app.cli.demo_data.loader import SEED, Login, is_empty, load
from app.cli.group import SchoolGroup
from app.domain.audit.services import chain_entries
from app.domain.kernel import clock

demo = SchoolGroup("demo", help="The demo school.")


@demo.command("prepare")
@click.option("--logins", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option(
    "--share",
    type=click.FloatRange(0.05, 1),
    default=1.0,
    envvar="DEMO_SHARE",
    help="Of the usual pupils and families, for whoever needs a school and not its size.",
)
def prepare_command(logins: Path, share: float) -> None:
    """Bring the database to its newest shape, and load the demo school where there is no school yet."""
    upgrade()
    if is_empty():
        load_school(logins, SEED, share)


@demo.command("load")
@click.option("--logins", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the logins.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another seed gives other people.")
def load_command(logins: Path | None, seed: int) -> None:
    """Load the demo school into an empty database."""
    if not is_empty():
        raise click.ClickException("There is a school in this database already; nothing was changed.")
    load_school(logins or Path(current_app.config["SETTINGS"].sa_var) / "demo-logins.json", seed)


@demo.command("grow")
@click.option("--students", type=click.IntRange(1, 40_000), default=growing.STUDENTS, show_default=True)
@click.option("--marks", type=click.IntRange(0), default=growing.MARKS, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another seed gives other people.")
def grow_command(students: int, marks: int, seed: int) -> None:
    """Grow the demo school, as it was loaded, to the size of a large one: for measuring."""
    started = time.perf_counter()
    settings = current_app.config["SETTINGS"]
    if settings.sa_env == "production":
        raise click.ClickException("Only a demo school is grown; this installation is a real one.")
    # The walls hold the application's role, and only the owner may take the keys of a table away for a while.
    engine = create_engine(settings.owner_database_url or settings.database_url)
    try:
        with engine.begin() as connection:
            grown = growing.grow(
                Bulk(connection), clock.today(), students=students, marks=marks, seed=seed, say=click.echo
            )
        with growing.timed("audit chain", grown, click.echo):
            chain_entries()
        with growing.timed("vacuum and analyze", grown, click.echo), engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM (ANALYZE)"))
    except growing.NotAnInventedSchool as error:
        raise click.ClickException(
            "This is not the demo school as it is loaded; nothing was changed."
        ) from error
    finally:
        engine.dispose()
    for table, count in sorted(grown.rows.items()):
        click.echo(f"  {count:9,}  {table}")
    click.echo(f"  {time.perf_counter() - started:5.1f} s  in all")


def load_school(logins: Path, seed: int, share: float = 1.0) -> None:
    """Load the school, then write who can sign in: the file appears once the school is stored."""
    started = time.perf_counter()
    result = load(clock.today(), seed=seed, say=click.echo, share=share)
    write_logins(logins, result.logins)
    counts = ", ".join(f"{number} {what}" for what, number in result.counts.items())
    click.echo(f"  {time.perf_counter() - started:5.1f} s  in all: {counts}")


def write_logins(path: Path, logins: list[Login]) -> None:
    """Write the list of logins so that only the owner can read it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump([asdict(login) for login in logins], file, ensure_ascii=False, indent=2)
        file.write("\n")
    fresh.replace(path)
