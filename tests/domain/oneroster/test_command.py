"""`flask import oneroster` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from app.domain.people.models import Student
from app.extensions import db
from tests.support.bundles import edited, small_bundle, without, write_folder, write_zip
from tests.support.cast import Cast


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small bundle in a folder."""
    return write_folder(small_bundle(), tmp_path / "bundle")


def run(app: Flask, *arguments: str | Path) -> Result:
    """Type the command."""
    return app.test_cli_runner().invoke(args=["import", "oneroster", *map(str, arguments)])


def imported() -> int:
    """How many imported students there are."""
    return db.session.scalar(select(func.count()).where(Student.source_id.is_not(None))) or 0


def test_each_row_is_printed_with_its_place_and_then_the_counts(app: Flask, cast: Cast, folder: Path) -> None:
    result = run(app, folder)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert "users.csv:2 created student Zayan Abdul Karim" in lines
    assert "enrollments.csv:2 created enrolment Zayan Abdul Karim: section 6A, roll 2" in lines
    assert lines.index("orgs.csv:3 created campus Padma Model School: code PADMA") > lines.index(
        "classes.csv:2 created section Six Padma"
    )
    assert any(line.split() == ["created", "changed", "unchanged", "skipped", "refused"] for line in lines)
    assert any(line.split() == ["student", "6", "0", "0", "0", "0"] for line in lines)
    assert imported() == 6


def test_unchanged_rows_are_printed_when_asked_for(app: Flask, cast: Cast, folder: Path) -> None:
    run(app, folder)
    quiet, verbose = run(app, folder), run(app, folder, "--verbose")
    assert "users.csv:2 unchanged student Zayan Abdul Karim" not in quiet.output
    assert "users.csv:2 unchanged student Zayan Abdul Karim" in verbose.output
    assert any(line.split() == ["student", "0", "0", "6", "0", "0"] for line in quiet.output.splitlines())


def test_a_dry_run_prints_the_same_and_says_so(app: Flask, cast: Cast, folder: Path) -> None:
    dry = run(app, folder, "--dry-run")
    assert imported() == 0
    assert dry.output.endswith("Dry run: nothing was changed.\n")
    assert run(app, folder).output == dry.output.removesuffix("Dry run: nothing was changed.\n")


def test_a_zip_file_is_as_good_as_a_folder(app: Flask, cast: Cast, tmp_path: Path) -> None:
    result = run(
        app, write_zip(small_bundle("1.1"), tmp_path / "bundle.zip"), "--campus", "NORTH", "--accounts"
    )
    assert result.exit_code == 0, result.output
    assert "code NORTH" in result.output
    assert "created account Tahmina Haque" in result.output
    assert imported() == 6


def test_a_broken_bundle_is_one_sentence_and_changes_nothing(app: Flask, cast: Cast, tmp_path: Path) -> None:
    folder = write_folder(without(small_bundle(), "users.csv"), tmp_path / "broken")
    result = run(app, folder)
    assert result.exit_code == 1
    assert result.output == "Error: The manifest names users.csv, but the bundle does not hold it.\n"
    assert imported() == 0


def test_a_campus_that_cannot_be_meant_is_one_sentence(app: Flask, cast: Cast, folder: Path) -> None:
    run(app, folder)
    result = run(app, folder, "--campus", "MAIN")
    assert result.exit_code == 1
    assert result.output == "Error: School school-1 was imported into campus PADMA before, not into MAIN.\n"


def test_bad_rows_do_not_fail_the_command(app: Flask, cast: Cast, tmp_path: Path) -> None:
    files = edited(small_bundle(), "demographics.csv", "2014-03-14", "14.3.2014")
    result = run(app, write_folder(files, tmp_path / "bundle"))
    assert result.exit_code == 0
    refusal = 'demographics.csv:2 refused birth date and sex s-1: birthDate: "14.3.2014" is not a date'
    assert refusal in result.output
    assert imported() == 6


def test_what_stands_in_a_file_cannot_steer_the_terminal(app: Flask, cast: Cast, tmp_path: Path) -> None:
    files = edited(small_bundle(), "users.csv", "s-6,,,true", "s-6,,,\x1b[2J\x07")
    result = run(app, write_folder(files, tmp_path / "bundle"))
    assert result.exit_code == 0
    assert "\x1b" not in result.output and "\x07" not in result.output
