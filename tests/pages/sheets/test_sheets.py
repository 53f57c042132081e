"""The register of a month on paper and as a table."""

from __future__ import annotations

import io
from datetime import date

import pikepdf
import pytest

from app.domain.attendance.services import save_register
from app.domain.attendance.types import AttendanceStatus
from app.integrations.tables import Limits, read_table
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus


def take(cast: Cast, day: int, rafi: AttendanceStatus, tasnim: AttendanceStatus) -> None:
    save_register(
        cast.bashir.actor,
        cast.section_7a,
        date(2026, 11, day),
        version=0,
        chosen={cast.rafi_student: rafi, cast.tasnim_student: tasnim},
    )


@pytest.mark.parametrize("lang", ["en", "bn", "ar"])
def test_a_section_fits_on_one_sheet_in_each_language(cast: Cast, client: PageClient, lang: str) -> None:
    take(cast, 22, PRESENT, LATE)
    page = client.as_(cast.bashir).get(f"/attendance/registers/{cast.section_7a}/month.pdf?lang={lang}")
    assert page.response.content_type == "application/pdf"
    with pikepdf.open(io.BytesIO(page.response.data)) as document:
        assert len(document.pages) == 1
        assert document.pages[0].mediabox[2] > document.pages[0].mediabox[3]
        assert document.Root.Lang == lang


def test_the_table_of_a_class_holds_every_section_and_needs_no_more_statements(
    cast: Cast, client: PageClient, queries: QueryCounter
) -> None:
    take(cast, 19, PRESENT, ABSENT)
    take(cast, 22, LATE, EXCUSED)
    office = client.as_(cast.amina)
    with queries.at_most(14):
        answer = office.get(f"/attendance/classes/{cast.class_7}/month.xlsx?month=2026-11")
    rows = [row.cells for row in read_table(answer.response.data, Limits()).rows]
    head = rows[0]
    assert head[:5] == ("Section", "Student number", "Roll", "Name", "2026-11-01")
    rafi = next(row for row in rows if "Rafi Hasan" in row)
    assert rafi[head.index("2026-11-19")] == "P"
    assert rafi[head.index("2026-11-22")] == "L"
    assert rafi[-5:] == ("1", "0", "1", "0", "100")


def test_a_teacher_of_another_campus_finds_no_sheet(cast: Cast, client: PageClient) -> None:
    of_section = f"/attendance/registers/{cast.section_7a}/month.pdf"
    client.as_(cast.gias).get(of_section, status=404)
    client.as_(cast.bashir).get(f"/attendance/classes/{cast.class_7}/month.pdf", status=403)


@pytest.mark.parametrize("lang", ["en", "bn", "ar"])
def test_what_leaves_comes_back_as_it_is_stored(cast: Cast, client: PageClient, lang: str) -> None:
    take(cast, 19, PRESENT, ABSENT)
    take(cast, 22, LATE, EXCUSED)
    office = client.as_(cast.amina)
    for suffix in ("xlsx", "csv"):
        file = office.get(f"/attendance/classes/{cast.class_7}/month.{suffix}?month=2026-11&lang={lang}")
        sent = {"file": (io.BytesIO(file.response.data), f"november.{suffix}")}
        look = office.post(f"/attendance/import/{cast.campus}/", sent, status=200)
        said = [" ".join(row.get_text(" ").split()) for row in look.all("main tbody tr")]
        assert sum("As stored" in row for row in said) == 4
        assert all("As stored" in row or "Skipped" in row for row in said)
