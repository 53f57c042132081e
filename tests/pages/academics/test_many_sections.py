"""The lists of a campus with more sections than anybody reads."""

from __future__ import annotations

from app.domain.academics.rules import MANY_SECTIONS
from tests.support.cast import Cast
from tests.support.pages import PageClient, chips_of
from tests.support.pupils import open_sections


def test_sections_are_listed_class_by_class(cast: Cast, client: PageClient) -> None:
    open_sections(cast, MANY_SECTIONS)
    page = client.as_(cast.amina).get("/academics/sections/")
    assert chips_of(page, "Class") == [("Class Six 41", True), ("Class Seven 2", False)]
    assert "43 sections" in page.text
    assert len(page.all("tbody tr")) == 41
    page = page.follow("Class Seven 2")
    assert [link["href"] for link in page.all("tbody th a")] == [
        f"/academics/sections/{cast.section_7a}",
        f"/academics/sections/{cast.section_7b}",
    ]


def test_what_is_found_keeps_its_words_from_class_to_class(cast: Cast, client: PageClient) -> None:
    open_sections(cast, MANY_SECTIONS)
    page = client.as_(cast.amina).get("/academics/sections/", query={"q": "class"})
    page = page.follow("Class Seven 2")
    assert page.one("input[name=q]")["value"] == "class"
    assert len(page.all("tbody tr")) == 2
    few = client.get("/academics/sections/", query={"q": "seven"})
    assert chips_of(few, "Class") == []


def test_classes_say_how_many_sections_they_have(cast: Cast, client: PageClient) -> None:
    page = client.as_(cast.amina).get("/academics/classes/")
    assert "A (2 of 30), B (0 of 30)" in " ".join(page.one("main").get_text().split())
    open_sections(cast, MANY_SECTIONS)
    page = client.get("/academics/classes/")
    rows = [" ".join(row.get_text(" ").split()) for row in page.all("tbody tr")]
    assert any(row.endswith("2 sections (2 of 60)") for row in rows), rows
    assert len(page.follow("2 sections").all("tbody tr")) == 2
