"""The office sets a test up, a teacher marks it, and the list is published: on the pages, without script."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app.domain.admissions.models import Application
from app.domain.admissions.scores.queries import answers_of
from app.domain.admissions.scores.services import set_markers
from app.domain.kernel.references import make_reference
from app.uow import session
from tests.domain.admissions.test_scores import HEAD, OFFICE, TEACHER, VIVA, applicants, give, part
from tests.pages.cycles.test_cycles import days, named
from tests.support.applications import seat_of
from tests.support.cast import CAST, Cast
from tests.support.pages import PageClient
from tests.support.queries import QueryCounter


def scores_url() -> str:
    """The page of the score of class seven."""
    return f"/admissions/cycles/{CAST.cycle}/classes/{seat_of(CAST.class_7)}/scores"


def sheet_url(part_id: UUID) -> str:
    """The sheet of a part."""
    return f"/admissions/scores/parts/{part_id}/marks"


def test_an_officer_sets_up_a_test_gives_seats_and_the_family_reads_them(
    client: PageClient, cast: Cast
) -> None:
    (child,) = applicants(1)
    client.as_(OFFICE)
    cycle = client.get(f"/admissions/cycles/{CAST.cycle}")
    page = named(cycle, "Scores, Class Seven").follow("Add a part")
    bad = page.submit(**{"name-en": "Written test", "kind": "test", "weight": "many"}, status=422)
    assert any("67.5" in error for error in bad.errors)
    page = bad.submit(weight="৭০", full_marks="৬০", pass_mark="20")
    assert "Written test" in page.text and "All weights together: 70" in page.text
    slots = page.follow("Times and seats").follow("Add a time and place")
    answers = days("on", date(2026, 12, 5)) | {"starts": "১০:৩০", "ends": "9:00", "place-bn": "মিলনায়তন"}
    wrong = slots.submit(**answers, seats="30", status=422)
    assert any("before it starts" in error for error in wrong.errors)
    page = wrong.submit(ends="12:00")
    page = page.submit("main form[method=post]")
    assert "1 of 30" in page.text and "the family is told" in page.one("#toasts").get_text()
    row = session().get_one(Application, child)
    found = client.as_(None).get("/en/admissions/status").submit(reference=row.reference, phone="01812345678")
    assert "Written test" in found.text and "মিলনায়তন" in found.text and "10:30" in found.text


def test_a_teacher_fills_a_sheet_in_any_digits_and_what_is_wrong_stays_as_typed(
    client: PageClient, cast: Cast
) -> None:
    one, other = applicants(2)
    viva = part(VIVA, markers=(TEACHER.user_id, HEAD.user_id))
    give(HEAD.actor, viva, {one: "18", other: "7"})
    sheet = client.as_(TEACHER).get("/admissions/scores/").follow("Viva")
    assert "18" not in sheet.one("main").get_text(), "nobody sees another's mark before giving their own"
    wrong = sheet.submit(**{f"m-{one}": "১২.৫", f"m-{other}": "৯৯"}, status=422)
    assert wrong.values()[f"m-{one}"] == "১২.৫" and wrong.values()[f"m-{other}"] == "৯৯"
    assert gave_marks(viva) == 2
    saved = wrong.submit(**{f"m-{other}": None, f"a-{other}": "1"})
    assert "2 marks saved" in saved.one("#toasts").get_text()
    assert [row.get_text() for row in saved.all("tbody tr td:last-child")] == ["18", "7"]
    late = sheet.submit(**{f"m-{one}": "3"}, status=409)
    assert "There now: 12.5" in late.text and late.values()[f"m-{one}"] == "3"
    client.get("/admissions/applications/", status=403)
    client.as_(OFFICE).get(sheet_url(viva), status=404)


def gave_marks(part_id: UUID) -> int:
    """How many marks are stored for a part."""
    return sum(len(each) for each in answers_of([part_id])[part_id].values())


def test_marks_are_pasted_the_list_shows_its_working_and_is_published(client: PageClient, cast: Cast) -> None:
    one, _ = applicants(2)
    session().get_one(Application, one).child_name_en = "=cmd()"
    session().flush()
    viva = part(VIVA)
    client.as_(OFFICE)
    marks = {1: "১৩.৫", 2: "13.5", 3: "1"}
    lines = [f"{make_reference(2026, number)}\t{mark}" for number, mark in marks.items()]
    cells = "\n".join(["Reference\tMark", *lines])
    looked = client.get(scores_url()).follow("Import").submit(text=cells)
    assert "2 marks would be stored" in looked.text and "No applicant of this class" in looked.text
    page = looked.submit().follow("Merit list")
    assert [cell.get_text(" ") for cell in page.all("tbody td.n")][:3] == ["1", "20.25", "13.5 20.25"]
    assert "equal score: the lower reference" in page.text
    page = page.submit("main form[action*=publish]")
    assert page.one(".tag.ok").get_text() == "Published"
    give(OFFICE.actor, viva, {one: "10"}, version=1)
    page = client.get(page.url)
    assert "Differs from what is published" in page.text and "Publish again" in page.text
    file = client.raw.get(f"{scores_url()}/merit.csv").get_data(as_text=True)
    assert "'=cmd()" in file and ",13.5,20.25,20.25," in file


def test_who_still_marks_is_shown_no_list(client: PageClient, cast: Cast) -> None:
    applicants(1)
    viva = part(VIVA)
    set_markers(OFFICE.actor, viva, 1, [HEAD.user_id], [])
    page = client.as_(HEAD).get(f"{scores_url()}/merit", status=409)
    assert "1 mark to give" in page.text and not page.all("table")
    assert client.raw.get(f"{scores_url()}/merit.csv").status_code == 409


def test_a_longer_class_costs_no_more_statements(
    client: PageClient, cast: Cast, queries: QueryCounter
) -> None:
    viva, counts = part(VIVA), []
    client.as_(OFFICE)
    for first, keys in ((1, applicants(3)), (4, applicants(36, first=4))):
        give(OFFICE.actor, viva, dict.fromkeys(keys, "5"))
        for url in (sheet_url(viva), f"{scores_url()}/merit"):
            client.get(url)
            with queries.counted() as found:
                client.get(url)
            counts.append((first, len(found)))
    assert [many for first, many in counts if first == 4] == [few for first, few in counts if first == 1]
