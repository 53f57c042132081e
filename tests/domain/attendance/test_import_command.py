"""`flask import attendance` as it is typed."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from app.domain.attendance.models import Attendance
from app.uow import session
from tests.support.cast import Cast

FILE = "date,section,roll,status\n2026-10-18,7-A,1,late\n2026-10-18,7-A,9,P\n"


def test_a_file_is_looked_at_and_stored_by_command(app: Flask, cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "october.csv"

    def run(text: str, *more: str) -> tuple[int, str]:
        file.write_text(text, encoding="utf-8")
        arguments = ["import", "attendance", str(file), "--campus", "MAIN", *more]
        result = app.test_cli_runner().invoke(args=arguments)
        return result.exit_code, result.output

    def stored() -> int:
        return session().scalar(select(func.count()).select_from(Attendance)) or 0

    code, said = run(FILE, "--dry-run")
    assert (code, stored()) == (0, 0)
    assert "3 refused 2026-10-18 7-A 9 P: Nobody in this section has this roll number." in said
    assert "Dry run: nothing was changed." in said
    assert run(FILE)[0] == 0 and run(FILE)[0] == 0
    assert stored() == 1
    assert run("name,status\nRafi,P\n")[0] == 1
