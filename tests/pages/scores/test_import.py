"""Marks leave as a workbook to fill in, come back, are looked at first; what is no table is one sentence."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.domain.accounts.services import switch_language
from app.domain.admissions.scores.queries import answers_of
from app.domain.kernel.references import make_reference
from app.integrations.tables import Limits, read_table
from tests.domain.admissions.test_scores import OFFICE, VIVA, applicants, give, part
from tests.pages.scores.test_scores import scores_url
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.workbooks import packed, parts, row, sheet, workbook


def test_a_sheet_is_filled_in_and_imported_after_a_look(client: PageClient, cast: Cast) -> None:
    one, other, third = applicants(3)
    viva = part(VIVA)
    give(OFFICE.actor, viva, {one: "7.5", other: None})
    page = client.as_(OFFICE).get(scores_url()).follow("Import")
    file = client.raw.get(f"{page.url}/sheet.xlsx")
    table = read_table(file.get_data(), Limits())
    references = [make_reference(2026, number) for number in (1, 2, 3)]
    assert [each.cells[:2] for each in table.rows[1:]] == [
        (references[0], "7.5"),
        (references[1], "AB"),
        (references[2], ""),
    ]
    marks = ("<c><v>8</v></c>", '<c t="inlineStr"><is><t>৯.৫</t></is></c>', "<c><f>4+4</f><v>12.50</v></c>")
    filled = packed(
        parts(sheets={"Notes": "visible"})
        | {
            "xl/worksheets/sheet1.xml": sheet(
                row(2, "Reference", "Mark")
                + "".join(
                    row(4 + n, references[n], more=f' hidden="{n % 2}"').replace("</row>", f"{mark}</row>")
                    for n, mark in enumerate(marks)
                )
            )
        }
    )
    looked = page.submit(file=(filled, "মার্কস.csv"))
    assert "3 marks would be stored" in looked.text and "Only the sheet Sheet1 was read" in looked.text
    assert "Hidden rows (1) and hidden columns (0)" in looked.text
    assert [cell.get_text() for cell in looked.all("tbody td.n:first-child")] == ["4", "5", "6"]
    assert len(answers_of([viva])[viva]) == 2, "looking stores nothing"
    looked.submit()
    stored = {key: str(each[None].mark) for key, each in answers_of([viva])[viva].items()}
    assert stored == {one: "8.00", other: "9.50", third: "12.50"}


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"PK\x03\x04nonsense", "এই ফাইলটি নষ্ট"),
        (b"\x89PNG\r\n", "এক্সেল ওয়ার্কবুক (.xlsx) নয়"),
        (workbook('<row r="3"><c r="B3"><f>1+1</f></c></row>'), "B3 ঘরে"),
        (workbook(row(5001, "a")), "৫০০০"),
        (b"Reference,Mark\n", "এই ছকে কিছু নেই"),
    ],
)
def test_what_is_no_table_is_one_sentence_and_stores_nothing(
    client: PageClient, cast: Cast, file: bytes, sentence: str
) -> None:
    applicants(1)
    viva = part(VIVA)
    switch_language(OFFICE.actor, "bn")
    page = client.as_(OFFICE).get(f"/admissions/score-parts/{viva}/import")
    refused = page.submit(file=(file, "marks.xlsx"), status=422)
    assert len(refused.all(".oops")) == 1 and sentence in refused.one(".oops").get_text()
    assert not answers_of([viva]).get(viva)


def test_the_list_is_a_workbook_in_the_readers_language(client: PageClient, cast: Cast) -> None:
    (one,) = applicants(1)
    give(OFFICE.actor, part(VIVA), {one: "13.5"})
    switch_language(OFFICE.actor, "ar")
    answer = client.as_(OFFICE).raw.get(f"{scores_url()}/merit.xlsx")
    assert "filename*=UTF-8''%D9" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    table = read_table(answer.get_data(), Limits())
    assert table.rows[1].cells[0] == "1" and table.rows[1].cells[3:6] == ("13.5", "20.25", "20.25")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert b'rightToLeft="1"' in archive.read("xl/worksheets/sheet1.xml")
