"""Files are kept under keys that say nothing, and served sealed."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask import Flask, Response
from sqlalchemy import select

from app.domain.files.models import StoredFile
from app.domain.files.queries import list_files
from app.domain.files.services import delete_file, store_upload, sweep
from app.domain.files.types import FileEmpty, FilesUnavailable
from app.domain.kernel.errors import NotFound
from app.integrations.storage import ObjectMissing, storage_from
from app.uow import session
from app.web.files import disposition, send_stored_file
from tests.support.cast import Cast
from tests.support.uploads import pdf, picture


def test_a_file_is_kept_under_a_key_that_says_nothing(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, picture(), "জন্ম সনদ.jpg", campus_id=cast.campus)
    row = session().get_one(StoredFile, key)
    assert re.fullmatch(r"quarantine/([0-9a-f]{2})/\1[0-9a-f]{46}", row.storage_key)
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
    sweep()
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


PART = {"Range": "bytes=10-19"}


def asked(app: Flask, key: UUID, **headers: str) -> Response:
    with app.test_request_context(headers=headers):
        return send_stored_file(list_files([key])[key])


def test_a_part_is_sent_where_a_part_is_asked_for(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, pdf(), "সনদ.pdf")
    sweep()
    whole = asked(app, key)
    size = len(whole.get_data())
    assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
    part = asked(app, key, **PART)
    assert part.status_code == 206 and part.get_data() == whole.get_data()[10:20]
    assert part.headers["Content-Range"] == f"bytes 10-19/{size}"
    assert part.headers["Content-Security-Policy"] == whole.headers["Content-Security-Policy"]
    assert asked(app, key, Range=f"bytes={size}-").status_code == 416
    assert asked(app, key, Range=f"bytes={size}-").headers["Content-Range"] == f"bytes */{size}"
    tag = whole.headers["ETag"]
    assert asked(app, key, **PART, **{"If-Range": tag}).status_code == 206
    assert asked(app, key, **PART, **{"If-Range": '"other"'}).status_code == 200


def test_bytes_that_changed_in_the_storage_are_not_sent(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, pdf(), "paper.pdf")
    sweep()
    storage_from(app.config["SETTINGS"]).put(list_files([key])[key].storage_key, pdf(pages=2), "x")
    with pytest.raises(FilesUnavailable):
        asked(app, key)


def test_behind_nginx_only_the_place_is_told(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    key = store_upload(cast.farida.actor, picture(), "شهادة.jpg")
    sweep()
    behind = app.config["SETTINGS"].model_copy(update={"files_accel": "/stored-files/"})
    monkeypatch.setitem(app.config, "SETTINGS", behind)
    answer = asked(app, key)
    assert answer.headers["X-Accel-Redirect"] == f"/stored-files/{list_files([key])[key].storage_key}"
    assert answer.get_data() == b"" and answer.content_type == "image/jpeg"


def test_a_file_the_storage_lost_is_not_found(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, pdf(), "paper.pdf")
    sweep()
    file = list_files([key])[key]
    storage_from(app.config["SETTINGS"]).delete(file.storage_key)
    with app.test_request_context(), pytest.raises(NotFound):
        send_stored_file(file)


@pytest.mark.parametrize("name", ['a"b.pdf', "a\r\nSet-Cookie: x=1.pdf", "শিশু.pdf", "a;b%41.pdf"])
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = disposition("attachment", name)
    assert header.isascii() and "\r" not in header and "\n" not in header
    assert header.count('"') == 2 and header.count(";") == 2
