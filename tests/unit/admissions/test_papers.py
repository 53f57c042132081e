"""Kinds of papers: their order, the files they may be, and which of them an application can do without."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admissions.cycles.rules import papers_asked, papers_required
from app.domain.admissions.papers.rules import code_of, files_for
from app.domain.admissions.papers.types import PaperDetails, Takes
from app.domain.admissions.types import (
    PAPER_NAMES,
    CycleTerms,
    DocumentKind,
    OpenClass,
    papers_in_order,
)
from app.domain.audit.services import plain
from app.domain.files.types import PAPERS, PICTURES, FileKind
from app.domain.kernel.texts import LocalText

kinds = st.sampled_from(list(PAPER_NAMES)) | st.integers(1, 99).map(code_of)
some = st.lists(kinds, max_size=8)


@given(some)
def test_papers_come_once_those_of_the_product_first_and_the_others_as_they_were_added(
    chosen: list[DocumentKind],
) -> None:
    ordered = papers_in_order(chosen)
    assert set(ordered) == set(chosen) and len(ordered) == len(set(chosen))
    assert papers_in_order(reversed(ordered)) == ordered
    assert [each.is_built_in for each in ordered] == sorted(
        (each.is_built_in for each in ordered), reverse=True
    )
    own = [int(each.removeprefix("own_")) for each in ordered if not each.is_built_in]
    assert own == sorted(own)
    assert all(isinstance(each, DocumentKind) for each in papers_in_order(str(kind) for kind in chosen))


@given(some, some, some)
def test_what_may_be_left_out_is_asked_for_and_not_needed(
    all_: list[DocumentKind], more: list[DocumentKind], spare: list[DocumentKind]
) -> None:
    values: dict[str, Any] = dict.fromkeys(OpenClass.__dataclass_fields__)
    terms = CycleTerms(papers=tuple(all_), spare=tuple(spare))
    place = OpenClass(**(values | {"papers": tuple(more), "terms": terms}))
    asked, needed = set(papers_asked(place, [uuid4()])), set(papers_required(place, []))
    assert asked == {*all_, *more} and needed == asked - set(spare)


@pytest.mark.parametrize(
    ("kind", "own", "files"),
    [
        (DocumentKind.PHOTO, None, PICTURES),
        (DocumentKind.PHOTO, PaperDetails(LocalText("x"), Takes.PDF), PICTURES),
        (DocumentKind.BIRTH_CERTIFICATE, None, PAPERS),
        (code_of(1), PaperDetails(LocalText("x")), PAPERS),
        (code_of(1), PaperDetails(LocalText("x"), Takes.PICTURE), PICTURES),
        (code_of(1), PaperDetails(LocalText("x"), Takes.PDF), {FileKind.PDF}),
    ],
)
def test_a_paper_is_of_the_files_it_may_be(
    kind: DocumentKind, own: PaperDetails | None, files: frozenset[FileKind]
) -> None:
    assert files_for(kind, own) == files


def test_a_kind_travels_as_its_code() -> None:
    kind = code_of(7)
    assert kind == "own_000007" == kind.value and type(kind.value) is str
    assert json.dumps(plain({"paper": kind})) == '{"paper": "own_000007"}'
