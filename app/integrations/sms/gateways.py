"""Where texts go. Answers in three values, as mail does.

BulkSMSBD knows no key by which a second try could be told from a first: a text whose answer was lost may
arrive twice. So few tries are made (`outbox.rules`), and a person decides about the rest.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Final, Protocol

import urllib3
from urllib3.exceptions import HTTPError

from app.config import Settings
from app.integrations.answers import Answer, Outcome
from app.integrations.sms.texts import Text

_MOST_BYTES: Final = 8192

ACCEPTED: Final = 202
REFUSED: Final = {
    1001: "the number does not exist",
    1003: "the gateway misses something in the message",
    1012: "with a masked sender the text must be in Bangla",
}
"""About this one message: it will never be accepted as it is."""
HELD: Final = {
    1002: "the sender id is wrong or disabled",
    1006: "the balance is no longer valid",
    1007: "the balance is used up",
    1011: "the user is not known",
    1013: "no sender or gateway for this key",
    1014: "no sender of this type",
    1015: "no gateway for this sender",
    1016: "no price is set",
    1017: "no price is set",
    1018: "the account is disabled",
    1019: "the price is disabled",
    1020: "the parent account is not found",
    1021: "the parent account has no price",
    1031: "the account is not verified",
    1032: "the address of this server is not on the gateway's list",
}
"""About the account: every message would be answered so until somebody has put it right."""


class Gateway(Protocol):
    """Hands one text to the outside world."""

    def send(self, text: Text) -> Answer:
        """Send it. Returns what the other side said."""
        ...


class FolderGateway:
    """Writes each text as a file, under a name made of its message id: a second try overwrites."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, text: Text) -> Answer:
        """Write the file whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = text.message_id.strip("<>").split("@")[0]
        part = self.folder / f".{name}.part"
        part.write_text(f"To: {text.recipient}\n\n{text.body}\n", encoding="utf-8")
        part.rename(self.folder / f"{name}.sms.txt")
        return Answer(Outcome.SENT, "written")


class BulkSmsBd:
    """Sends over BulkSMSBD's HTTPS API, by POST, so that key and text stand in no address and no log."""

    def __init__(self, url: str, api_key: str, sender_id: str, *, timeout: float = 20.0) -> None:
        self.address = url.rstrip("/") + "/api/smsapi"
        self.api_key = api_key
        self.sender_id = sender_id
        self.timeout = timeout

    def send(self, text: Text) -> Answer:
        """Send one text. Only an answer that says so is an acceptance; silence and nonsense are unknown."""
        fields = {
            "api_key": self.api_key,
            "senderid": self.sender_id,
            "number": text.recipient.removeprefix("+"),
            "message": text.body,
            "type": "text",
        }
        try:
            status, body = self._post(fields)
        except (HTTPError, OSError) as error:
            # The error's own text may hold the address or the number, and differs each time.
            return Answer(Outcome.UNKNOWN, f"no answer from the gateway ({type(error).__name__})")
        if status != 200:
            return Answer(Outcome.UNKNOWN, f"the gateway answered with status {status}")
        return read_answer(body)

    def _post(self, fields: dict[str, str]) -> tuple[int, bytes]:
        """Status and body, within the time for the whole of it; urllib3's own limit is for each packet."""
        ends = time.monotonic() + self.timeout
        limit = urllib3.Timeout(connect=min(5.0, self.timeout), read=self.timeout)
        with (
            urllib3.PoolManager(retries=False, timeout=limit) as pool,
            pool.request(
                "POST",
                self.address,
                fields=fields,
                encode_multipart=False,
                redirect=False,
                preload_content=False,
            ) as answer,
        ):
            body = b""
            while len(body) < _MOST_BYTES and (part := answer.read1(_MOST_BYTES)):
                body += part
                if time.monotonic() > ends:
                    raise urllib3.exceptions.TimeoutError("the answer came too slowly")
            return answer.status, body[:_MOST_BYTES]


def read_answer(body: bytes) -> Answer:
    """What an answer of the gateway means. Text of the answer is never repeated: it may hold the number."""
    code = _code(body)
    if code is None:
        return Answer(Outcome.UNKNOWN, "the gateway's answer makes no sense" if body else "an empty answer")
    if code == ACCEPTED:
        return Answer(Outcome.SENT, "accepted")
    if code in REFUSED:
        return Answer(Outcome.REFUSED, f"{code}: {REFUSED[code]}")
    if code in HELD:
        return Answer(Outcome.UNKNOWN, f"{code}: {HELD[code]}", holds=True)
    return Answer(Outcome.UNKNOWN, f"{code}: a fault of the gateway")


def _code(body: bytes) -> int | None:
    """The code of an answer, a JSON object or, from older accounts, the bare number."""
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    code = answer.get("response_code") if isinstance(answer, dict) else answer
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= 4:
        code = int(code)
    return code if isinstance(code, int) and not isinstance(code, bool) and 0 <= code <= 9999 else None


def gateway_from(settings: Settings) -> Gateway:
    """BulkSMSBD where it is configured, else the folder `var/outbox/`."""
    if settings.sms_api_key and settings.sms_sender_id:
        return BulkSmsBd(settings.sms_url, settings.sms_api_key, settings.sms_sender_id)
    return FolderGateway(settings.sa_var / "outbox")
