"""Files are kept under keys that say nothing, and served sealed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.files.models import StoredFile
from app.domain.files.queries import list_files
from app.domain.files.services import delete_file, store_upload
from app.domain.files.types import FileEmpty
from app.domain.kernel.errors import NotFound
from app.integrations.storage import ObjectMissing, storage_from
from app.uow import session
from app.web.files import disposition, send_stored_file
from tests.support.cast import Cast
from tests.support.uploads import pdf, picture


def test_a_file_is_kept_under_a_key_that_says_nothing(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, picture(), "জন্ম সনদ.jpg", campus_id=cast.campus)
    row = session().get_one(StoredFile, key)
    assert re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f]{46}", row.storage_key)
    assert (row.file_name, row.content_type, row.uploaded_by) == (
        "জন্ম সনদ.jpg",
        "image/jpeg",
        cast.farida.user_id,
    )
    kept = b"".join(storage_from(app.config["SETTINGS"]).read(row.storage_key))
    assert len(kept) == row.file_size


def test_a_refused_file_leaves_no_row(cast: Cast) -> None:
    with pytest.raises(FileEmpty):
        store_upload(cast.farida.actor, b"", "x.jpg")
    assert session().scalars(select(StoredFile)).all() == []


def test_a_deleted_file_is_gone_from_the_storage_too(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, pdf(), "paper.pdf")
    where = session().get_one(StoredFile, key).storage_key
    delete_file(key)
    delete_file(key)
    assert list_files([key]) == {}
    with pytest.raises(ObjectMissing):
        storage_from(app.config["SETTINGS"]).read(where)


def test_files_are_served_sealed_and_papers_as_downloads(app: Flask, cast: Cast) -> None:
    shown = store_upload(cast.farida.actor, picture(), "شهادة.jpg")
    paper = store_upload(cast.farida.actor, pdf(), "সনদ.pdf")
    files = list_files([shown, paper])
    with app.test_request_context():
        answer = send_stored_file(files[shown])
        assert answer.get_data().startswith(b"\xff\xd8\xff")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Disposition"].startswith("inline; ")
        assert "filename*=UTF-8''%D8%B4" in answer.headers["Content-Disposition"]
        assert send_stored_file(files[paper]).headers["Content-Disposition"].startswith("attachment; ")


def test_a_file_the_storage_lost_is_not_found(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, pdf(), "paper.pdf")
    file = list_files([key])[key]
    storage_from(app.config["SETTINGS"]).delete(file.storage_key)
    with app.test_request_context(), pytest.raises(NotFound):
        send_stored_file(file)


@pytest.mark.parametrize("name", ['a"b.pdf', "a\r\nSet-Cookie: x=1.pdf", "শিশু.pdf", "a;b%41.pdf"])
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = disposition("attachment", name)
    assert header.isascii() and "\r" not in header and "\n" not in header
    assert header.count('"') == 2 and header.count(";") == 2
