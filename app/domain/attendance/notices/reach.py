"""How the guardians of children are reached: by which way, where, in which language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple
from uuid import UUID

from app.domain.accounts.queries import list_languages
from app.domain.attendance.notices.queries import list_ways
from app.domain.outbox.types import Channel, Draft
from app.domain.people.queries import GuardianContact, list_guardian_contacts

Link = Callable[[str], str]
"""Makes the address of the page that a letter leads to, for a language."""


class Way(NamedTuple):
    """A number or an address of a guardian."""

    channel: Channel
    address: str
    locale: str

    def write(
        self, kind: str, campus_id: UUID, text: Callable[[str], str], mail: Callable[[str], tuple[str, str]]
    ) -> Draft:
        """A message that goes this way: of `text` or of `mail` (subject, text) in the language of its reader."""
        subject, body = mail(self.locale) if self.channel is Channel.MAIL else ("", text(self.locale))
        return Draft(self.channel, kind, self.address, self.locale, subject, body, campus_id)


class Reach:
    """The guardians of some children, their languages and how they want to be told: three statements."""

    def __init__(self, student_ids: Collection[UUID]) -> None:
        self._of: dict[UUID, list[GuardianContact]] = {}
        for contact in list_guardian_contacts(student_ids):
            self._of.setdefault(contact.student_id, []).append(contact)
        everybody = [contact for group in self._of.values() for contact in group]
        self._languages = list_languages({contact.person_id for contact in everybody})
        self._ways = list_ways({contact.guardian_id for contact in everybody})

    def ways_to(self, student_id: UUID, person_id: UUID | None = None) -> Iterator[Way]:
        """One way to each guardian of a child whom the school can reach, or to one of them; no address twice."""
        seen = set()
        for contact in self._of.get(student_id, []):
            if person_id not in (None, contact.person_id):
                continue
            wanted = self._ways.get(contact.guardian_id, Channel.SMS)
            by_mail = contact.email and (wanted is Channel.MAIL or not contact.phone)
            address = contact.email if by_mail else contact.phone
            if not address or address in seen:
                continue
            seen.add(address)
            locale = self._languages.get(contact.person_id, "bn")
            yield Way(Channel.MAIL if by_mail else Channel.SMS, address, locale)
