"""Where mail goes. Answers in three values: sent, refused for good, or unknown and to be tried again."""

from __future__ import annotations

import smtplib
import ssl
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from app.config import Settings
from app.integrations.answers import Answer, Outcome
from app.integrations.mail.letters import Letter


class Mailer(Protocol):
    """Hands one letter to the outside world."""

    def send(self, letter: Letter) -> Answer:
        """Send it. Returns what the other side said."""
        ...


class FolderMailer:
    """Writes each letter as an .eml file, under a name made of its message id: a second try overwrites."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, letter: Letter) -> Answer:
        """Write the file whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = letter.message_id.strip("<>").split("@")[0]
        part = self.folder / f".{name}.part"
        try:
            part.write_bytes(bytes(letter.to_message()))
        except ValueError as error:
            return Answer(Outcome.REFUSED, f"not a letter: {error}")
        part.rename(self.folder / f"{name}.eml")
        return Answer(Outcome.SENT, "written")


class SmtpMailer:
    """Sends over SMTP, with STARTTLS where the server offers it and TLS for smtps://."""

    def __init__(self, url: str, *, timeout: float = 20.0) -> None:
        parts = urlsplit(url)
        self.tls = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.tls else 25)
        self.user = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password) if parts.password else None
        self.timeout = timeout

    def _connect(self) -> smtplib.SMTP:
        if self.tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        client = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        client.ehlo()
        if client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
            client.ehlo()
        return client

    def send(self, letter: Letter) -> Answer:
        """Send one letter. A 5xx about the letter is final; anything else may be tried again."""
        try:
            message = letter.to_message()
        except ValueError as error:
            return Answer(Outcome.REFUSED, f"not a letter: {error}")
        try:
            with self._connect() as client:
                if self.user and self.password:
                    client.login(self.user, self.password)
                client.send_message(message, from_addr=letter.sender, to_addrs=[letter.recipient])
        except smtplib.SMTPRecipientsRefused as error:
            return _about_the_letter(*next(iter(error.recipients.values())))
        except smtplib.SMTPDataError as error:
            return _about_the_letter(error.smtp_code, error.smtp_error)
        except smtplib.SMTPAuthenticationError as error:
            return Answer(Outcome.UNKNOWN, f"the mail server refuses our password ({error.smtp_code})", True)
        except (smtplib.SMTPException, OSError) as error:
            return Answer(Outcome.UNKNOWN, f"{type(error).__name__}: {error}")
        return Answer(Outcome.SENT, "accepted")


def _about_the_letter(code: int, text: bytes | str) -> Answer:
    said = f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    return Answer(Outcome.REFUSED if code >= 500 else Outcome.UNKNOWN, said)


def mailer_from(settings: Settings) -> Mailer:
    """SMTP where it is configured, else the folder `var/outbox/`."""
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url)
    return FolderMailer(settings.sa_var / "outbox")
