"""Every upload is what it says, or is refused with a reason."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.domain.files.rules import MAX_BYTES, clean_file_name, examine, sniff
from app.domain.files.types import (
    PAPERS,
    PICTURES,
    FileDamaged,
    FileEmpty,
    FileHoldsPrograms,
    FileKind,
    FileOfOtherKind,
    FileTooLarge,
    PictureTooDetailed,
    UploadRefused,
)
from tests.support.uploads import SVG, bomb, pdf, picture


def check_upload(data: bytes, allowed: Collection[FileKind]) -> tuple[FileKind, bytes]:
    """Both looks at an upload: the one while its sender waits, and the worker's."""
    kind = sniff(data, allowed)
    return kind, examine(data, kind).data


@pytest.mark.parametrize(
    ("data", "kind"),
    [(picture(), FileKind.JPEG), (picture("PNG"), FileKind.PNG), (pdf(), FileKind.PDF)],
)
def test_the_kind_is_read_from_the_content(data: bytes, kind: FileKind) -> None:
    assert check_upload(data, PAPERS)[0] is kind


def test_place_and_camera_are_taken_out_of_a_picture() -> None:
    data = picture(gps=True)
    assert b"Secret Camera" in data
    kept = check_upload(data, PAPERS)[1]
    assert b"Secret Camera" not in kept
    assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}


def test_a_picture_taken_sideways_stands_upright() -> None:
    kept = check_upload(picture(size=(60, 40), turned=6), PAPERS)[1]
    assert Image.open(io.BytesIO(kept)).size == (40, 60)


def test_what_hides_behind_a_picture_is_gone() -> None:
    for kind in ("JPEG", "PNG"):
        kept = check_upload(picture(kind) + b"<script>alert(1)</script>PK\x03\x04", PAPERS)[1]
        assert b"script" not in kept and b"PK\x03\x04" not in kept


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_mode_are_kept(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, "PNG")
    assert check_upload(out.getvalue(), PICTURES)[0] is FileKind.PNG


def test_a_picture_for_print_is_kept_in_plain_colours() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (8, 8)).save(out, "JPEG")
    assert Image.open(io.BytesIO(check_upload(out.getvalue(), PICTURES)[1])).mode == "RGB"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", FileEmpty),
        (b"\xff\xd8\xff" + b"x" * MAX_BYTES, FileTooLarge),
        (SVG, FileOfOtherKind),
        (b"GIF89a" + b"\0" * 50, FileOfOtherKind),
        (b"MZ\x90\0", FileOfOtherKind),
        (b"<html>%PDF-1.4", FileOfOtherKind),
        (picture()[:400], FileDamaged),
        (picture("PNG")[:-30], FileDamaged),
        (b"\xff\xd8\xff\xe0nothing", FileDamaged),
        (bomb(), PictureTooDetailed),
        (bomb(6400, 6400), PictureTooDetailed),
        (b"%PDF-1.4 and nothing more", FileDamaged),
        (b"%PDF-x" + pdf(), FileDamaged),
        (pdf()[:-8], FileDamaged),
        (pdf(b"3 0 obj <</S/JavaScript/JS(app.alert(1))>> endobj"), FileHoldsPrograms),
        (pdf(b"3 0 obj <</S/Java#53cript/JS(app.alert(1))>> endobj"), FileHoldsPrograms),
        (pdf(b"3 0 obj <</S/Launch/F(cmd.exe)>> endobj"), FileHoldsPrograms),
        (pdf(b"3 0 obj <</Names <</EmbeddedFiles 4 0 R>> >> endobj"), FileHoldsPrograms),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_reason(data: bytes, error: type[UploadRefused]) -> None:
    with pytest.raises(error) as caught:
        check_upload(data, PAPERS)
    assert str(caught.value).endswith(".")


def test_a_pdf_is_no_photograph() -> None:
    with pytest.raises(FileOfOtherKind, match="JPEG, PNG"):
        check_upload(pdf(), PICTURES)


@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n"]))
def test_any_bytes_are_kept_or_refused_and_never_an_accident(data: bytes, magic: bytes) -> None:
    with contextlib.suppress(UploadRefused):
        check_upload(magic + data, PAPERS)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("জন্ম সনদ.jpeg", "জন্ম সনদ.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\fake\\শিশু.png", "শিশু.pdf"),
        ('a"b;c\r\nX: y.pdf', "a b cX y.pdf"),
        ("", "file.pdf"),
        ("...", "file.pdf"),
        ("evil.php.jpg", "evil.php.pdf"),
        ("x" * 400, "x" * 120 + ".pdf"),
    ],
)
def test_names_are_for_showing_only(name: str, kept: str) -> None:
    assert clean_file_name(name, FileKind.PDF) == kept


@given(st.text(max_size=300))
def test_any_name_becomes_a_name(name: str) -> None:
    kept = clean_file_name(name, FileKind.PNG)
    assert kept.endswith(".png") and len(kept) <= 124 and "/" not in kept and kept.isprintable()
