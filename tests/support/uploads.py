"""Files as families send them, and as they should not."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), *, gps: bool = False, turned: int = 1
) -> bytes:
    """A small picture, left half red and right half blue; with a place and an orientation in its EXIF."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    exif = Image.Exif()
    if turned != 1:
        exif[0x0112] = turned
    if gps:
        exif[0x010F] = "Secret Camera"
        exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, kind, exif=exif.tobytes())
    return out.getvalue()


def pdf(body: bytes = b"", *, pages: int = 1) -> bytes:
    """A small PDF that opens everywhere, with `body` among its objects, which may use the numbers 3 to 8."""
    kids = b" ".join(b"%d 0 R" % (9 + number) for number in range(pages))
    objects = [
        b"1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n",
        b"2 0 obj <</Type/Pages/Kids[%b]/Count %d>> endobj\n" % (kids, pages),
        *(
            b"%d 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>> endobj\n" % (9 + number)
            for number in range(pages)
        ),
        *([body + b"\n"] if body else []),
    ]
    out, places = b"%PDF-1.4\n", {}
    for each in objects:
        if each[:1].isdigit():
            places[int(each.split()[0])] = len(out)
        out += each
    table = b"xref\n0 1\n0000000000 65535 f \n" + b"".join(
        b"%d 1\n%010d 00000 n \n" % place for place in sorted(places.items())
    )
    trailer = b"trailer <</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (max(places) + 1, len(out))
    return out + table + trailer


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it has 900 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
