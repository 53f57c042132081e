"""A file stays in quarantine until it is checked, whatever stops in between, and nobody is served one before."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select, update

from app.domain.files.models import FileVariant, StoredFile
from app.domain.files.queries import find_variant, list_due, list_files
from app.domain.files.services import MAX_CRASHES, check, delete_file, store_upload, sweep
from app.domain.files.types import FileRefusal, FileState, FileView, ScanResult, VariantName
from app.domain.kernel.errors import NotFound
from app.extensions import db
from app.integrations.antivirus import ClamdScanner, ScannerAway
from app.integrations.storage import FolderStorage, ObjectMissing, storage_from
from app.uow import session
from app.web.files import send_stored_file
from tests.support.cast import Cast
from tests.support.clamd import EICAR, FakeClamd, clamd
from tests.support.processes import command, until
from tests.support.uploads import pdf, picture


@pytest.fixture
def scanner() -> Iterator[FakeClamd]:
    with clamd() as server:
        yield server


def look(key: UUID) -> FileView:
    return list_files([key])[key]


def due_now(key: UUID) -> None:
    session().execute(update(StoredFile).where(StoredFile.id == key).values(next_attempt_at=func.now()))


def read(app: Flask, key: str) -> bytes:
    return b"".join(storage_from(app.config["SETTINGS"]).read(key))


def test_a_picture_is_released_anew_and_in_smaller_sizes(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, picture(size=(2400, 1200), gps=True), "ছবি.jpg")
    before = look(key)
    assert before.state is FileState.QUARANTINED and before.storage_key.startswith("quarantine/")
    assert check(key) is FileState.RELEASED
    after = look(key)
    assert (after.state, after.scan) == (FileState.RELEASED, ScanResult.NONE)
    assert not after.storage_key.startswith("quarantine/")
    assert b"Secret Camera" not in read(app, after.storage_key)
    with pytest.raises(ObjectMissing):
        read(app, before.storage_key)
    for name, size in ((VariantName.THUMB, (320, 160)), (VariantName.PAGE, (1600, 800))):
        variant = find_variant(after, name)
        with Image.open(io.BytesIO(read(app, variant.storage_key))) as small:
            assert (small.format, small.size, len(small.getexif())) == ("WEBP", size, 0)
        assert variant.file_name == "ছবি.webp"


def test_nobody_is_served_what_is_not_released(app: Flask, cast: Cast) -> None:
    waiting = store_upload(cast.farida.actor, picture(), "a.jpg")
    refused = store_upload(cast.farida.actor, picture()[:300], "b.jpg")
    assert check(refused) is FileState.REFUSED
    with app.test_request_context():
        for key in (waiting, refused):
            with pytest.raises(NotFound):
                send_stored_file(look(key))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (picture()[:300], FileRefusal.DAMAGED),
        (pdf(b"3 0 obj <</S/JavaScript/JS(app.alert(1))>> endobj"), FileRefusal.PROGRAMS),
        (pdf(pages=41), FileRefusal.TOO_MANY_PAGES),
        (pdf(pages=0), FileRefusal.DAMAGED),
    ],
)
def test_a_refused_file_says_why_and_leaves_no_bytes(
    app: Flask, cast: Cast, data: bytes, refusal: FileRefusal
) -> None:
    key = store_upload(cast.farida.actor, data, "x")
    where = look(key).storage_key
    assert check(key) is FileState.REFUSED
    assert look(key).refusal is refusal and look(key).reason.endswith(".")
    with pytest.raises(ObjectMissing):
        read(app, where)


def test_programs_packed_away_in_a_pdf_are_found(cast: Cast) -> None:
    import pikepdf

    plain = pikepdf.new()
    plain.add_blank_page()
    plain.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = io.BytesIO()
    plain.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in out.getvalue()
    key = store_upload(cast.farida.actor, out.getvalue(), "x.pdf")
    assert check(key) is FileState.REFUSED and look(key).refusal is FileRefusal.PROGRAMS


def test_a_locked_pdf_is_refused(cast: Cast) -> None:
    import pikepdf

    plain = pikepdf.new()
    plain.add_blank_page()
    out = io.BytesIO()
    plain.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    key = store_upload(cast.farida.actor, out.getvalue(), "x.pdf")
    assert check(key) is FileState.REFUSED and look(key).refusal is FileRefusal.LOCKED


def test_bytes_that_changed_in_quarantine_are_refused(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, picture(), "x.jpg")
    storage_from(app.config["SETTINGS"]).put(look(key).storage_key, picture("JPEG", (9, 9)), "image/jpeg")
    assert check(key) is FileState.REFUSED


def test_a_file_is_checked_once(cast: Cast) -> None:
    key = store_upload(cast.farida.actor, picture(), "x.jpg")
    assert [check(key) for _ in range(3)] == [FileState.RELEASED, None, None]


def test_a_deleted_file_takes_its_smaller_sizes_along(app: Flask, cast: Cast) -> None:
    key = store_upload(cast.farida.actor, picture(), "x.jpg")
    check(key)
    keys = [look(key).storage_key, *session().scalars(select(FileVariant.storage_key))]
    assert len(keys) == 3
    delete_file(key)
    assert session().scalars(select(FileVariant.id)).all() == []
    for each in keys:
        with pytest.raises(ObjectMissing):
            read(app, each)


def test_the_scanner_sees_the_bytes_and_its_word_counts(cast: Cast, scanner: FakeClamd) -> None:
    clean = store_upload(cast.farida.actor, picture(), "x.jpg")
    sick = store_upload(cast.farida.actor, pdf(b"% " + EICAR), "x.pdf")
    speaks = ClamdScanner(scanner.url)
    assert check(clean, scanner=speaks) is FileState.RELEASED and look(clean).scan is ScanResult.CLEAN
    assert check(sick, scanner=speaks) is FileState.REFUSED and look(sick).refusal is FileRefusal.INFECTED
    assert scanner.scanned[0] == picture()


@pytest.mark.parametrize("mood", ["hangs", "dies", "too large", "babbles"])
def test_a_scanner_that_does_not_answer_keeps_the_file_in_quarantine(
    cast: Cast, scanner: FakeClamd, mood: str
) -> None:
    key = store_upload(cast.farida.actor, picture(), "x.jpg")
    scanner.mood = mood
    assert check(key, scanner=ClamdScanner(scanner.url, seconds=0.5)) is FileState.QUARANTINED
    assert look(key).is_waiting and list_due() == [], "and not before its time"
    scanner.may_go_on.set()
    scanner.mood = "well"
    due_now(key)
    assert check(key, scanner=ClamdScanner(scanner.url)) is FileState.RELEASED


def test_a_scanner_that_is_away_stops_the_sweep_and_loses_nothing(cast: Cast, tmp_path: Path) -> None:
    keys = [store_upload(cast.farida.actor, picture(), "x.jpg") for _ in range(3)]
    for away in ("tcp://127.0.0.1:9", f"unix://{tmp_path}/none"):
        assert sweep(scanner=ClamdScanner(away)) == 0
    assert all(look(key).is_waiting for key in keys)
    with pytest.raises(ScannerAway):
        ClamdScanner("tcp://127.0.0.1:9").scan(b"x")
    for key in keys:
        due_now(key)
    assert sweep() == 3


def test_what_a_dead_worker_held_is_taken_over_and_not_for_ever(cast: Cast) -> None:
    key = store_upload(cast.farida.actor, picture(), "x.jpg")
    ran_out = {"state": FileState.CHECKING, "leased_until": func.now() - timedelta(seconds=1)}
    session().execute(update(StoredFile).values(**ran_out))
    assert list_due() == [key]
    assert check(key) is FileState.RELEASED
    session().execute(update(StoredFile).values(**ran_out, crashes=MAX_CRASHES - 1))
    assert check(key) is FileState.REFUSED


def test_a_lease_that_holds_is_left_alone(cast: Cast) -> None:
    key = store_upload(cast.farida.actor, picture(), "x.jpg")
    session().execute(
        update(StoredFile).values(state=FileState.CHECKING, leased_until=func.now() + timedelta(minutes=1))
    )
    assert list_due() == [] and check(key) is None


def test_the_worker_releases_what_the_page_took(real_app: Flask) -> None:
    from tests.support.cast import CAST

    with real_app.app_context(), command(real_app.config["SETTINGS"], "jobs", "worker"):
        key = store_upload(CAST.farida.actor, picture(), "x.jpg")

        def is_released() -> bool:
            db.session.rollback()
            return look(key).is_released

        until(is_released)
        folder = storage_from(real_app.config["SETTINGS"])
        assert isinstance(folder, FolderStorage)
        assert [each for each in (folder.root / "quarantine").rglob("*") if each.is_file()] == []
