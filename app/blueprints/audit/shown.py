"""Entries as the pages of the audit log and its file show them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from markupsafe import Markup

from app.domain.accounts.queries import list_user_names
from app.domain.audit.types import EntryView
from app.domain.kernel.texts import LocalText
from app.domain.people.queries import list_record_names
from app.web.happenings import action_words, changes_between, field_words, kind_words, value_words


@dataclass(frozen=True)
class Shown:
    """One entry in words."""

    entry: EntryView
    what: str
    kind: str
    who: LocalText | None
    about: LocalText | None
    changes: list[tuple[str, str, str]]


def in_words(entries: Sequence[EntryView]) -> list[Shown]:
    """Entries with the names of who acted and of whom the record is about: two statements for all of them."""
    users = list_user_names({entry.user_id for entry in entries if entry.user_id})
    about = list_record_names({entry.entity_id for entry in entries if entry.entity_id})
    return [
        Shown(
            entry=entry,
            what=action_words(entry.action),
            kind=kind_words(entry.entity_type),
            who=users.get(entry.user_id) if entry.user_id else None,
            about=about.get(entry.entity_id) if entry.entity_id else None,
            changes=changes_between(entry.old_data, entry.new_data),
        )
        for entry in entries
    ]


def fields_in_words(state: Mapping[str, Any]) -> list[tuple[str, Markup]]:
    """The fields of a record with their values, those that are empty left out."""
    lines = [(field_words(name), value_words(name, value)) for name, value in state.items()]
    return [(label, Markup('<span dir="auto">{}</span>').format(value)) for label, value in lines if value]


HEADINGS = (
    "number",
    "time (UTC)",
    "person",
    "account",
    "action",
    "record",
    "record key",
    "campus",
    "address",
    "browser",
    "request",
    "before",
    "after",
)
_AT_ONCE = 500


def table_of(entries: Iterable[EntryView], campuses: Mapping[UUID, str]) -> Iterator[tuple[object, ...]]:
    """The rows of the exported file: the names of a few hundred entries are asked for together."""
    yield HEADINGS
    rest = iter(entries)
    while part := list(islice(rest, _AT_ONCE)):
        names = list_user_names({entry.user_id for entry in part if entry.user_id})
        for entry in part:
            name = names.get(entry.user_id) if entry.user_id else None
            yield (
                entry.sequence,
                entry.at.isoformat(),
                name.in_("en")[0] if name else "",
                entry.user_id,
                entry.action,
                entry.entity_type,
                entry.entity_id,
                campuses.get(entry.campus_id, "") if entry.campus_id else "",
                entry.ip_address,
                entry.user_agent,
                entry.request_id,
                _json(entry.old_data),
                _json(entry.new_data),
            )


def _json(data: Mapping[str, Any] | None) -> str:
    return json.dumps(data, ensure_ascii=False) if data else ""
