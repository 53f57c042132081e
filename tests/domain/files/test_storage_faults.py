"""A storage that is full, away or broken says so, keeps the form, and leaves nothing half-stored."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import Settings
from app.domain.admissions.models import ApplicationDocument
from app.domain.files.models import StoredFile
from app.domain.files.queries import list_due, list_files
from app.domain.files.services import check, store_upload
from app.domain.files.types import FilesFull, FileState, FilesUnavailable
from app.integrations.storage import FolderStorage, ObjectMissing, Pieces, S3Storage, StorageAway, StorageFull
from app.uow import session
from app.web.files import send_stored_file
from ops.bench.kit.s3 import S3Server
from tests.support.applications import draft
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.uploads import pdf, picture

KEY = "ab/" + "ab" * 24


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the disk has no room: what is written is written in part, as the kernel does it."""

    def sync(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", sync)


def files_in(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, full_disk: None) -> None:
    with pytest.raises(StorageFull):
        FolderStorage(tmp_path).put(KEY, b"x" * 1000, "x")
    assert files_in(tmp_path) == []


def test_a_folder_that_is_none_is_a_storage_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageAway):
        FolderStorage(tmp_path / "file").put(KEY, b"x", "x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_pieces_on_a_full_disk_stay_as_they_were(tmp_path: Path) -> None:
    pieces = Pieces(tmp_path)
    pieces.append("place", "mark", 0, b"x" * 10)
    (part,) = files_in(tmp_path)
    part.unlink()
    part.symlink_to("/dev/full")
    with pytest.raises(StorageFull):
        pieces.append("place", "mark", 0, b"x" * 10)


def test_the_page_says_that_there_is_no_room_and_keeps_what_was_there(
    client: PageClient, cast: Cast, full_disk: None
) -> None:
    page = client.get(f"/en/apply/{draft(papers=False)}/documents")
    answer = page.submit("main form[method=post]", {"photo": (picture(), "x.jpg"), "do": "next"}, status=507)
    assert "no room" in answer.one("#photo-e").get_text()
    assert session().scalars(select(ApplicationDocument.id)).all() == []
    assert session().scalars(select(StoredFile.id)).all() == []


def test_the_page_says_that_the_storage_is_away(
    app: Flask, client: PageClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    there = f"/en/apply/{draft()}/documents"
    monkeypatch.setitem(
        app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update={"sa_var": tmp_path})
    )
    answer = client.get(there).submit(
        "main form[method=post]", {"photo": (picture(), "new.jpg"), "do": "next"}, status=503
    )
    assert "nothing else is lost" in answer.one("#photo-e").get_text()
    assert "photo.jpg" in answer.text, "the paper that was there is still there"
    client.get(f"{there}/photo", status=503)


def test_a_check_waits_for_a_storage_that_is_away(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = store_upload(cast.farida.actor, picture(), "x.jpg")
    (tmp_path / "files").write_text("")
    away = app.config["SETTINGS"].model_copy(update={"sa_var": tmp_path})
    with monkeypatch.context() as now:
        now.setitem(app.config, "SETTINGS", away)
        assert check(key) is FileState.QUARANTINED
    assert list_due() == []


# --- S3


def settings_of(app: Flask, bucket: S3Server, **changes: Any) -> Settings:
    """Settings of an installation that keeps its files there."""
    old: Settings = app.config["SETTINGS"]
    return old.model_copy(update=bucket.settings | changes)


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[S3Server]:
    server = S3Server(tmp_path / "s3")
    server.start()
    yield server
    server.stop()


def test_a_file_goes_its_whole_way_on_s3(
    app: Flask, cast: Cast, bucket: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", settings_of(app, bucket))
    key = store_upload(cast.farida.actor, pdf(), "সনদ.pdf")
    assert check(key) is FileState.RELEASED
    file = list_files([key])[key]
    assert [each.name for each in files_in(bucket.folder)] == [file.storage_key.split("/")[1]]
    with app.test_request_context(headers={"Range": "bytes=0-3"}):
        answer = send_stored_file(file)
        assert (answer.status_code, answer.get_data()) == (206, b"%PDF")
    storage = S3Storage(bucket.endpoint, "school", "key", "secret-of-the-test")
    assert [name for name, _ in storage.list_keys()] == [file.storage_key]
    storage.delete(file.storage_key)
    with pytest.raises(ObjectMissing):
        b"".join(storage.read(file.storage_key))


def test_s3_that_is_away_or_knows_us_not_is_a_storage_that_is_away(
    app: Flask, cast: Cast, bucket: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in ({"s3_secret_key": "another"}, {"s3_endpoint": "http://127.0.0.1:9"}):
        monkeypatch.setitem(app.config, "SETTINGS", settings_of(app, bucket, **wrong))
        with pytest.raises(FilesUnavailable) as caught:
            store_upload(cast.farida.actor, pdf(), "x.pdf")
        assert not isinstance(caught.value, FilesFull)
    assert session().scalars(select(StoredFile.id)).all() == []
