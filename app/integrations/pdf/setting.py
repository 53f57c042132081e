"""Setting one document, in a process of its own.

A template is ours and its data are only ever text: they travel as JSON and are read as JSON, so that nothing a
family typed is taken for the language of the template. The process that reads them has no environment, may not
use more memory and time than a document needs, and is killed when it does.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from app.integrations.apart import EndedBadly, TookTooLong, run_apart

log = logging.getLogger(__name__)

HERE: Final = Path(__file__).resolve().parent
_PACKAGES: Final = HERE.parents[2] / "node_modules" / "@expo-google-fonts"
FONTS: Final = [
    str(_PACKAGES / family / weight)
    for family in ("noto-sans", "noto-sans-bengali", "noto-naskh-arabic")
    for weight in ("400Regular", "700Bold")
]
"""The folders of the pinned fonts. No other font is used, so that a document looks the same everywhere."""

MOST_IN: Final = 64 * 1024
"""Bytes of data, where the caller allows no more: a slip has three thousand."""
MOST_OUT: Final = 24 * 1024 * 1024
"""Bytes of a document: the sheets of a month of twelve sections have five million."""
SECONDS: Final = 10
"""A page takes a fiftieth of it."""

_SETTER: Final = HERE / "setter.py"


class NotSet(Exception):
    """A document could not be set. The log says why."""


def typeset(template: str, data: Mapping[str, object], at: datetime, *, most_in: int = MOST_IN) -> bytes:
    """Return the PDF of one of our templates, filled; the same data and moment give the same bytes.

    `at` is the moment the document says it was made, `most_in` how many bytes of data it may have. Raises NotSet.
    """
    order = json.dumps(
        {
            "template": f"{template}.typ",
            "data": json.dumps(data, ensure_ascii=False),
            "at": int(at.timestamp()),  # in whole seconds, as PDF has it
            "fonts": FONTS,
            "seconds": SECONDS,
        }
    ).encode()
    if len(order) > most_in:
        raise NotSet("too much text for a document")
    try:
        pdf = run_apart(_SETTER, order, SECONDS, {"RAYON_NUM_THREADS": "1"})
    except TookTooLong as error:
        log.error("a document took too long", extra={"template": template})
        raise NotSet("too slow") from error
    except EndedBadly as error:
        log.error("a document could not be set", extra={"template": template, "said": str(error)})
        raise NotSet(str(error)) from error
    if not pdf.startswith(b"%PDF-") or len(pdf) > MOST_OUT:
        log.error("what was set is no document", extra={"template": template})
        raise NotSet("no document")
    return pdf
