"""A file that comes in pieces goes on where the line dropped, and never grows past what it said."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from flask import Flask

from app.domain.admissions.queries import find_by_token, list_documents
from app.domain.admissions.services import (
    add_paper_piece,
    finish_paper,
    paper_pieces_kept,
    submit_application,
)
from app.domain.admissions.types import AlreadySent, DocumentKind
from app.domain.files.rules import MAX_BYTES
from app.domain.files.services import PIECE_BYTES, PIECES_KEPT, sweep
from app.domain.files.types import FileEmpty, FileOfOtherKind, FileTooLarge, PieceOutOfPlace
from app.domain.kernel.access import visitor
from app.domain.kernel.errors import NotFound
from app.integrations.storage import Pieces
from tests.support.applications import TODAY, draft, link_to
from tests.support.cast import Cast
from tests.support.uploads import pdf

FAMILY = visitor("bn")
KIND = DocumentKind.BIRTH_CERTIFICATE


def five_megabytes() -> bytes:
    """A PDF of just under the most there may be, which no compression makes smaller."""
    small = pdf(b"3 0 obj <</Length 0>> stream\n\nendstream endobj")
    room = MAX_BYTES - len(small) - 200
    return pdf(b"3 0 obj <</Length %d>> stream\n%b\nendstream endobj" % (room, os.urandom(room)))


def send(token: str, data: bytes, mark: str = "m", *, until: int | None = None) -> int:
    """Send pieces from where it stands; returns how many."""
    offset, count = paper_pieces_kept(token, KIND, mark), 0
    while offset < (until or len(data)):
        piece = data[offset : offset + PIECE_BYTES]
        offset = add_paper_piece(token, KIND, mark, len(data), offset, piece)
        count += 1
    return count


def paper(token: str) -> str:
    found = find_by_token(token)
    assert found is not None
    return list_documents(found.id)[KIND].file.file_name


def test_five_megabytes_arrive_in_pieces_and_go_on_where_they_stopped(cast: Cast) -> None:
    token, data = draft(papers=False), five_megabytes()
    first = send(token, data, until=2_000_000)
    assert (first, paper_pieces_kept(token, KIND, "m")) == (16, 16 * PIECE_BYTES)
    assert first + send(token, data) == -(-len(data) // PIECE_BYTES) == 40
    finish_paper(FAMILY, token, KIND, "m", len(data), "জন্ম সনদ.pdf")
    assert paper(token) == "জন্ম সনদ.pdf"
    assert paper_pieces_kept(token, KIND, "m") == 0, "the pieces are let go"
    assert sweep() == 1


def test_a_piece_out_of_place_is_told_where_to_go_on(cast: Cast) -> None:
    token, data = draft(papers=False), pdf()
    add_paper_piece(token, KIND, "m", len(data), 0, data[:100])
    for offset, piece in ((0, data[:100]), (50, data[50:]), (200, data[200:])):
        with pytest.raises(PieceOutOfPlace) as caught:
            add_paper_piece(token, KIND, "m", len(data), offset, piece)
        assert caught.value.offset == 100
    with pytest.raises(PieceOutOfPlace):
        finish_paper(FAMILY, token, KIND, "m", len(data), "x.pdf")
    assert send(token, data) == 1


def test_nothing_grows_past_what_it_said_or_may_be(cast: Cast) -> None:
    token = draft(papers=False)
    for size, error in ((MAX_BYTES + 1, FileTooLarge), (0, FileEmpty)):
        with pytest.raises(error):
            add_paper_piece(token, KIND, "m", size, 0, b"x")
    for data in (b"x" * 101, b"x" * (PIECE_BYTES + 1), b""):
        with pytest.raises(PieceOutOfPlace):
            add_paper_piece(token, KIND, "m", 100, 0, data)
    assert paper_pieces_kept(token, KIND, "m") == 0


def test_another_file_at_the_same_place_takes_over(app: Flask, cast: Cast) -> None:
    token = draft(papers=False)
    add_paper_piece(token, KIND, "one", 500, 0, b"x" * 100)
    add_paper_piece(token, KIND, "two", 500, 0, b"x" * 100)
    assert [paper_pieces_kept(token, KIND, mark) for mark in ("one", "two")] == [0, 100]


def test_what_is_no_paper_is_refused_at_its_end_and_let_go(cast: Cast) -> None:
    token = draft(papers=False)
    send(token, b"MZ" * 500)
    with pytest.raises(FileOfOtherKind):
        finish_paper(FAMILY, token, KIND, "m", 1000, "x.pdf")
    assert paper_pieces_kept(token, KIND, "m") == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda token: paper_pieces_kept(token, KIND, "m"),
        lambda token: add_paper_piece(token, KIND, "m", 10, 0, b"x"),
        lambda token: finish_paper(FAMILY, token, KIND, "m", 10, "x"),
    ],
)
def test_pieces_need_what_the_form_needs(cast: Cast, act: Callable[[str], object]) -> None:
    with pytest.raises(NotFound):
        act("none")
    token = draft()
    submit_application(FAMILY, token, consent=True, today=TODAY, status_link=link_to)
    with pytest.raises(AlreadySent):
        act(token)


def test_abandoned_pieces_are_swept(app: Flask, cast: Cast) -> None:
    token = draft(papers=False)
    add_paper_piece(token, KIND, "m", 500, 0, b"x" * 100)
    pieces = Pieces(app.config["SETTINGS"].sa_var / "uploads")
    old = next(pieces.root.glob("*.part"))
    sweep()
    assert old.exists()
    long_ago = old.stat().st_mtime - PIECES_KEPT.total_seconds() - 60
    os.utime(old, (long_ago, long_ago))
    sweep()
    assert not old.exists()
