"""The queue leaves the house as a file: what the filter shows, for whom it is, and written down."""

from __future__ import annotations

import csv
import io

from sqlalchemy import select

from app.domain.audit.models import AuditEntry
from app.integrations.tables import Limits, read_table
from app.uow import session
from tests.pages.accounts.test_proof import ASKED, later
from tests.support.applications import decided, sent
from tests.support.cast import Cast
from tests.support.pages import PageClient

QUEUE = "/admissions/applications/"
FORM = "form[action*='take-out']"


def exports() -> list[AuditEntry]:
    """The entries that say a file was taken."""
    wanted = select(AuditEntry).where(AuditEntry.action == "application.exported")
    return list(session().scalars(wanted))


def test_what_the_filter_shows_leaves_as_a_workbook_or_as_csv(client: PageClient, cast: Cast) -> None:
    one = sent(child_name_en="=cmd()")
    decided(phone="+8801911111111")
    page = client.as_(cast.farida).get(QUEUE)
    assert [tag.get_text() for tag in page.all(f"{FORM} button")] == ["Excel", "CSV"]
    whole = read_table(page.submit(FORM, suffix="xlsx").response.get_data(), Limits())
    assert whole.rows[0].cells[:2] == ("Reference", "Child") and len(whole.rows) == 3
    narrowed = client.get(QUEUE, query={"status": "submitted"})
    data = read_table(narrowed.submit(FORM, suffix="xlsx").response.get_data(), Limits()).rows[1:]
    assert [row.cells[:3] for row in data] == [(one.reference, "=cmd()", str(one.born_on))]
    assert data[0].cells[7] == "01812-345678"
    answer = narrowed.submit(FORM, suffix="csv").response
    (line,) = csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert (line["Child"], line["Mobile number"]) == ("'=cmd()", "01812-345678")
    assert [(each.campus_id, each.new_data) for each in exports()] == [
        (cast.campus, {"filters": {}, "rows": 2}),
        *[(cast.campus, {"filters": {"status": "submitted"}, "rows": 1})] * 2,
    ]


def test_it_leaves_only_with_a_fresh_proof_and_its_own_campus(client: PageClient, cast: Cast) -> None:
    sent()
    client.as_(cast.farida)
    later(cast.farida)
    asked = client.post(f"{QUEUE}take-out?status=submitted", {"suffix": "csv"}, status=200)
    assert ASKED in asked.text and exports() == []
    client.as_(cast.bashir).post(f"{QUEUE}take-out", {}, status=403)
    client.as_(cast.jamil)
    empty = client.post(f"{QUEUE}take-out", {"suffix": "csv"}).response.get_data(as_text=True)
    assert len(empty.splitlines()) == 1 and exports() == []
