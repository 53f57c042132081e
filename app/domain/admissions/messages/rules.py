"""Pure rules of messages: what a text may name, and how names become values.

A name in braces is looked up in a fixed list and nothing else is done with it: no attribute, no index, no format.
A value goes in as it is and is not looked at again, so that a child called ``{link}`` stays a child called so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from app.domain.admissions.messages.types import Kind, NameMissing, StrayBrace, UnknownName, Words
from app.domain.outbox.types import Channel

_NAME: Final = re.compile(r"\{([^{}]*)\}")
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n")


def names_in(text: str) -> list[str]:
    """The names in braces, in their order."""
    return _NAME.findall(text)


def check_words(kind: Kind, channel: Channel, words: Words) -> None:
    """Raises StrayBrace, UnknownName, NameMissing."""
    may = kind.may_by(channel)
    for field, text in (("subject", words.subject), ("body", words.body)):
        if set("{}") & set(_NAME.sub("", text)):
            raise StrayBrace(field=field)
        for name in names_in(text):
            if name not in may:
                raise UnknownName(field=field, name=f"{{{name}}}", names=listed(may))
    for name in kind.must:
        if name not in names_in(words.subject + words.body):
            raise NameMissing(name=f"{{{name}}}")


def listed(names: Collection[str]) -> str:
    """Names as they are written into a text."""
    return " ".join(f"{{{name}}}" for name in names)


def fill(words: Words, values: Mapping[str, str], must: Collection[str] = ()) -> Words:
    """The words with their values. A paragraph that names something there is nothing of is left out, unless it also
    names what the message `must`."""
    paragraphs = [
        part
        for part in _PARAGRAPH.split(words.body)
        if {*must} & {*names_in(part)} or all(values.get(name) for name in names_in(part))
    ]
    body = "\n\n".join(paragraphs) or words.body
    return Words(_put(words.subject, values), _put(body, values))


def _put(text: str, values: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: values.get(found[1], ""), text)
