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

from app.cli.demo_data.loader import SEED, Login, is_empty, load
from app.cli.group import SchoolGroup
from app.domain.kernel import clock

demo = SchoolGroup("demo", help="The demo school.")


@demo.command("prepare")
@click.option("--logins", type=click.Path(path_type=Path, dir_okay=False), required=True)
def prepare_command(logins: Path) -> None:
    """Bring the database to its newest shape, and load the demo school where there is no school yet."""
    upgrade()
    if is_empty():
        load_school(logins, SEED)


@demo.command("load")
@click.option("--logins", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the logins.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Another seed gives other people.")
def load_command(logins: Path | None, seed: int) -> None:
    """Load the demo school into an empty database."""
    if not is_empty():
        raise click.ClickException("There is a school in this database already; nothing was changed.")
    load_school(logins or Path(current_app.config["SETTINGS"].sa_var) / "demo-logins.json", seed)


def load_school(logins: Path, seed: int) -> None:
    """Load the school, then write who can sign in: the file appears once the school is stored."""
    started = time.perf_counter()
    result = load(clock.today(), seed=seed, say=click.echo)
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
