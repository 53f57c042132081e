"""Bytes and their rows are compared by night: what nobody names goes, what is missing is told."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import Settings
from app.domain.files.models import FileVariant
from app.domain.files.services import UNNAMED_KEPT, check, compare_with_storage, store_upload
from app.domain.files.types import BytesMissing, FileState
from app.integrations.storage import FolderStorage, ObjectMissing
from app.uow import session
from tests.support.cast import Cast
from tests.support.uploads import picture

LONG_AGO = UNNAMED_KEPT + timedelta(minutes=1)
HERE, THERE = "quarantine/aa/" + "a" * 48, "quarantine/bb/" + "b" * 48
RELEASED = "cc/" + "c" * 48


@pytest.fixture
def storage(app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderStorage:
    settings: Settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", settings.model_copy(update={"sa_var": tmp_path}))
    return FolderStorage(tmp_path / "files")


def grow_old(storage: FolderStorage) -> None:
    then = time.time() - LONG_AGO.total_seconds()
    for path in storage.root.rglob("*"):
        os.utime(path, (then, then))


def lying(storage: FolderStorage) -> set[str]:
    return {key for key, _ in storage.list_keys()}


def test_bytes_whose_row_never_came_go_after_a_day(cast: Cast, storage: FolderStorage) -> None:
    store_upload(cast.farida.actor, picture(), "named.jpg")
    named = lying(storage)
    for key in (HERE, RELEASED):
        storage.put(key, b"x", "image/jpeg")
    grow_old(storage)
    storage.put(THERE, b"x", "image/jpeg")
    assert compare_with_storage() == 1
    # A younger one may still get its row; a released one may be named by a backup of the database.
    assert lying(storage) == {*named, THERE, RELEASED}


def test_rows_without_bytes_are_told_and_a_refused_file_is_none_of_them(
    cast: Cast, storage: FolderStorage
) -> None:
    assert check(store_upload(cast.farida.actor, picture()[:300], "b.jpg")) is FileState.REFUSED
    key = store_upload(cast.farida.actor, picture(), "a.jpg")
    check(key)
    assert compare_with_storage() == 0
    storage.delete(
        session().scalars(select(FileVariant.storage_key).where(FileVariant.file_id == key)).all()[0]
    )
    with pytest.raises(BytesMissing, match="1"):
        compare_with_storage()


def test_half_a_file_has_no_key(storage: FolderStorage) -> None:
    storage.put(HERE, b"x", "image/jpeg")
    (storage.root / HERE).with_suffix(".part").write_bytes(b"half")
    assert lying(storage) == {HERE}
    storage.delete(HERE)
    with pytest.raises(ObjectMissing):
        storage.read(HERE)
