"""Input that nobody means well by, in every dress it is known in, and how it is told that it did something."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from tests.support.cast import CAST, key

OUTSIDE = "evil.example"
"""The place that no answer may lead to or name."""
CANARY = '"><svg onload=alert(1)>'

FAMILIES: dict[str, dict[str, str]] = {
    "script in a text": {
        "markup": CANARY,
        "closing": "'\"--></style></script></textarea></title><svg onload=alert(1)>",
        "attribute": "x' onfocus='alert(1)' autofocus x=\"",
        "rich text": '<p onclick=alert(1)><a href="javascript:alert(1)">x</a><svg onload=alert(1)></p>',
        "markdown": '[x](javascript:alert(1)) ![x](x"onerror="alert(1))',
        "htmx": '<div hx-get="https://evil.example/" hx-trigger="load"></div>',
    },
    "script for whoever decodes once more or fills a template": {
        "entities": "&lt;svg onload=alert(1)&gt;&#60;svg onload=alert(1)&#62;&quot;",
        "percent": "%22%3E%3Csvg%20onload%3Dalert(1)%3E",
        "percent twice": "%2522%253E%253Csvg%2520onload%253Dalert(1)%253E",
        "jinja": "{{913*917}}{% print(913*917) %}{{config}}",
        "expressions": "${913*917}#{913*917}<%= 913*917 %>*{913*917}",
        "format": "%s%n%(x)s{0}{0.__class__}",
    },
    "ways out of the site": {
        "script link": "javascript:alert(1)",
        "hidden script link": "java\tscript:alert(1)",
        "data link": "data:text/html;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+",
        "leads out": "//evil.example/x",
        "leads out too": "https://evil.example/x",
        "leads out backwards": "/\\evil.example/x",
        "leads out as we": "http://localhost@evil.example/x",
    },
    "statements of a database": {
        "sql": "' OR 1=1--",
        "sql end": "');DROP TABLE persons;--",
        "sql sleep": "'||(SELECT pg_sleep(9))||'",
        "sql dollar": "$$;SELECT 1;$$\\",
        "search": "a & | ! ( ) <-> :* %_\\",
    },
    "text that is none": {
        "nul": "a\x00b",
        "controls": "a\x01\x08\x0b\x1b[31m\x7f\x85b",
        "surrogate": "a\ud800b\udfffc",
        "no characters": "￾\ufdd0\U0010ffff",
    },
    "text that is odd": {
        "bidi": "‮abc‬⁦\u200b\u202e",
        "marks": "ক" + "্" * 400 + "é" * 200,
        "too long": "অ" * 6_000,
        "white": " \t\u00a0\u2003\u3000 ",
        "empty": "",
    },
    "other languages' ways out": {
        "header": "x\r\nBcc: all@evil.example\r\n\r\nBoo",
        "header folded": "x\nBcc: all@evil.example",
        "address": "a@school.example,b@evil.example",
        "path": "../../../../etc/passwd",
        "path encoded": "..%2f..%2f..%2fetc%2fpasswd",
        "formula": "=cmd|'/c calc'!A0",
        "formula at": "@SUM(1+1)*cmd|' /C calc'!A0",
        "command": "$(sleep 9)`sleep 9`;sleep 9|sleep 9",
        "json": '{"$ne": null, "__proto__": {"x": 1}}',
        "xml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    },
    "numbers": {
        "huge": "9" * 400,
        "beyond the column": "9223372036854775808",
        "negative": "-1",
        "nan": "NaN",
        "infinite": "1e999",
        "hex": "0x7fffffff",
        "other digits": "٣٤৫",
    },
    "days": {
        "no day": "2026-02-30",
        "first day": "0001-01-01",
        "last day": "9999-12-31",
    },
    "things of others, and of nobody": {
        "their section": str(key("section river 7A")),
        "their student": str(CAST.sadia_student),
        "nobody's": "00000000-0000-7000-8000-000000000000",
        "no key": "01a1fe14-cba3-7161-a620-cbabc96c452",
        "braced key": "{" + str(key("section river 7A")) + "}",
        "wrong choice": "no-such-choice",
        "role": "admin",
    },
}
"""Entries by what they try."""

TEXTS = {label: payload for family in FAMILIES.values() for label, payload in family.items()}

UNSHOWABLE = {
    "hidden script link",
    "other digits",
    "bidi",
    "nul",
    "controls",
    "surrogate",
    "no characters",
    "too long",
    "header",
    "header folded",
    "white",
    "empty",
}
"""What cannot stand in a field again as it was sent."""

PASS_FOR_A_CHOICE = (
    "markup",
    "attribute",
    "jinja",
    "format",
    "sql",
    "nul",
    "controls",
    "surrogate",
    "no characters",
    "too long",
    "white",
    "empty",
    "header",
    "path",
    "leads out",
    "huge",
    "beyond the column",
    "negative",
    "nan",
    "infinite",
    "other digits",
    "no day",
    "their section",
    "their student",
    "nobody's",
    "no key",
    "braced key",
    "wrong choice",
    "role",
)
"""Of the texts those that a key, a number, a page to go back to or a choice may be confused by, one of each kind."""

HEADERS: dict[str, tuple[str, ...]] = {
    "Host": (OUTSIDE, "localhost:99999", "localhost, evil.example", "evil.example:80"),
    "X-Forwarded-Host": (OUTSIDE, CANARY),
    "X-Forwarded-Proto": ("https", "javascript", CANARY),
    "X-Forwarded-Prefix": ("//evil.example", CANARY),
    "X-Forwarded-For": ("203.0.113.66", "127.0.0.1, 203.0.113.66", "' OR 1=1--", CANARY, "::1%eth0"),
    "X-Real-IP": ("203.0.113.66", "' OR 1=1--"),
    "Forwarded": (f'for="203.0.113.66";host={OUTSIDE};proto=https', "for=_hidden"),
    "X-HTTP-Method-Override": ("DELETE", "POST"),
    "X-Original-URL": ("/audit/",),
    "User-Agent": (CANARY, "' OR 1=1--", "x" * 6_000, "{{913*917}}", "\xff\xfe", ""),
    "Referer": (f"https://{OUTSIDE}/{CANARY}", "javascript:alert(1)", "' OR 1=1--", "\xff"),
    "Accept-Language": (CANARY, "en;q=x", "ar," * 500, "*;q=2", "../../etc/passwd"),
    "Accept": ("application/json", CANARY),
    "Accept-Encoding": ("identity;q=x, *;q=0", CANARY),
    "HX-Request": ("true", CANARY),
    "HX-Request-Type": (CANARY, "partial", "full"),
    "HX-Target": (CANARY,),
    "HX-Current-URL": (f"https://{OUTSIDE}/",),
    "Range": ("bytes=0-18446744073709551615", "bytes=-1", "bytes=x", "bytes=0-0,0-0,0-0"),
    "If-None-Match": (CANARY, 'W/"', "*", "x" * 3_000),
    "If-Modified-Since": ("x", "Thu, 01 Jan 99999 00:00:00 GMT"),
    "Cookie": (
        "sa=x",
        f"sa={CANARY}; {CANARY}=1",
        "sa=.eJw.x.x; sa=y; =z",
        "sa-browser=\xff\x01; x[y]=1",
        ";;=;",
        "remember_token=1|x",
    ),
    "Authorization": ("Basic Og==", "Bearer x"),
    "Content-Type": ("application/json", "text/html; charset=nonsense", "multipart/form-data", CANARY),
    "Content-Encoding": ("gzip",),
    "Origin": (f"https://{OUTSIDE}", "null"),
    "X-Request-Id": (CANARY, "x" * 500),
    "X-CSRFToken": (CANARY, "=" * 70, "\xff"),
}
"""What a browser would not send, or not like this."""

BODIES: dict[str, tuple[str, bytes]] = {
    "json": ("application/json", b'{"csrf_token": ["x"], "name": {"a": [1, null]}}'),
    "json cut off": ("application/json", b'{"csrf_token": '),
    "xml": ("application/xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    "nothing": ("application/x-www-form-urlencoded", b""),
    "no kind": ("", b"name=x"),
    "percent": (
        "application/x-www-form-urlencoded",
        b"csrf_token={token}&%zz=%&name=%ff%fe%00%ed%a0%80&%00=%00&=&&;",
    ),
    "arrays": (
        "application/x-www-form-urlencoded",
        b"csrf_token={token}&a[b]=1&a[]=2&a[b][c]=3&__proto__[x]=1&name[]=x&self=1&field.errors=1&%3Csvg+onload%3D1%3E=1",
    ),
    "charset": (
        "application/x-www-form-urlencoded; charset=utf-7",
        b"csrf_token={token}&name=+ADw-svg onload+AD4-",
    ),
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "boundary": ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n"),
    "cut off": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        b'--x\r\nContent-Disposition: form-data; name="na',
    ),
    "parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        b'--x\r\nContent-Disposition: form-data; name="name"; filename="../../x\r\n.html"\r\n'
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff\xfe\r\n"
        b"--x\r\nContent-Disposition: x\r\n\r\n\xff\r\n--x\r\n\r\nno head\r\n--x--\r\n",
    ),
}
"""Bodies that are no form, or a broken one: content type and bytes, in which `{token}` stands for the session's."""

_SCRIPT = re.compile(r"<svg[ /]+onload|837221")
_LINKS = ("href", "src", "action", "formaction", "hx-get", "hx-post", "content")
_OUT = re.compile(
    rf"\s*(?:(?:javascript|data:text|vbscript)\b|(?:https?:)?[/\\]{{2}}[^/]*{re.escape(OUTSIDE)}).*",
    re.I | re.S,
)

_TAG = re.compile(r"""<[a-z](?:=\s*"[^"]*"|=\s*'[^']*'|[^>=]|=)*+>""", re.I)
"""An element's first tag, as a browser reads it: between the quotes of a value everything is text."""
_ODD_WORDS = ("javascript", "data:text", "vbscript", OUTSIDE)
_HANDLER = re.compile(r"on(?<!\won)\w+\s*=")


class Corpus:
    """Hands out entries, form by form, so that none is sent everywhere and none is left out anywhere it could tell.

    A field is read by the code of its kind, and the page around it says back what it holds. So every kind of field
    meets every entry, the first time it comes, and every single field one of each family, another one each time.
    With TEST_EVERY_ENTRY set every field meets all of them: that is for before a release, and takes five times as long.
    """

    def __init__(self, families: Iterable[Collection[str]] = FAMILIES.values()) -> None:
        self._families = [list(family) for family in families]
        self._met: dict[str, set[str]] = {}
        self._turns: Counter[str] = Counter()
        self._is_whole = bool(os.environ.get("TEST_EVERY_ENTRY"))

    def sendings(
        self, kinds: Mapping[str, str], labels: Collection[str] = TEXTS.keys()
    ) -> Iterator[dict[str, str]]:
        """What to send in the fields of a form, each beside other entries; `kinds` says what kind each is of."""
        chosen = {name: self.labels(kind, labels) for name, kind in kinds.items()}
        for turn in range(max(map(len, chosen.values()), default=0)):
            yield {
                name: TEXTS[entries[(turn + place) % len(entries)]]
                for place, (name, entries) in enumerate(chosen.items())
            }

    def labels(self, kind: str, labels: Collection[str] = TEXTS.keys()) -> list[str]:
        """Which of the entries the next field of a kind is to meet."""
        families = [[label for label in family if label in labels] for family in self._families]
        if self._is_whole:
            return [label for family in families for label in family]
        number = self._turns[kind]
        self._turns[kind] += 1
        met = self._met.setdefault(kind, set())
        ones = {family[number % len(family)] for family in families if family}
        chosen = [label for family in families for label in family if label in ones or label not in met]
        met.update(chosen)
        return chosen


def faults(response: TestResponse, where: str) -> list[str]:
    """What went wrong with an answer to any of this: broken, believed, or handed on."""
    found = [f"{where}: {response.status_code}"] if response.status_code >= 500 else []
    for name in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url"):
        target = response.headers.get(name)
        if target is not None and not is_ours(target):
            found.append(f"{where}: {name} leads to {target!r}")
    # A file's own name stands there between quotes, in which a quote is none of its own.
    said = [(name, value) for name, value in response.headers if name != "Content-Disposition"]
    found += [f"{where}: {name} says {value!r}" for name, value in said if "svg onload" in value]
    if response.mimetype in {"text/html", "application/xml"}:
        found += [f"{where}: {fault}" for fault in faults_of_markup(response.get_data(as_text=True))]
    elif not response.is_streamed and OUTSIDE in response.headers.get("Link", ""):
        found.append(f"{where}: Link leads out")
    return found


def is_ours(target: str) -> bool:
    """Whether a browser that goes there stays on the site."""
    parts = urlsplit(target)
    inside = parts.scheme in {"", "http"} and parts.netloc in {"", "localhost"}
    return (
        inside
        and not target.startswith(("//", "/\\"))
        and "\\" not in target[:3]
        and parts.path.startswith("/")
    )


@lru_cache(50_000)
def _is_odd(tag: str) -> bool:
    """Whether a tag holds what is worth reading attribute by attribute; to parse whole pages takes most of the time.

    Pages share most of their tags, and each tag is looked at by itself.
    """
    small = tag.lower()
    return any(word in small for word in _ODD_WORDS) or _HANDLER.search(small) is not None


def faults_of_markup(html: str) -> list[str]:
    """Script, handlers and ways out among the elements of a page or of a part of one."""
    found = [f"not escaped: {match[0]!r}" for match in _SCRIPT.finditer(html)]
    odd = "".join(tag for tag in _TAG.findall(html) if _is_odd(tag))
    for tag in BeautifulSoup(odd, "html.parser").find_all(True):
        for name, value in tag.attrs.items():
            if name.startswith("on"):
                found.append(f"a handler: {str(tag)[:120]}")
            elif name in _LINKS and _OUT.fullmatch(str(value)):
                found.append(f"{name} leads out: {str(tag)[:120]}")
    return found
