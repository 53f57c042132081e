"""What is attacked: the real addresses and forms of the running school, as each role finds them.

A route is attacked in the place where the first role reaches it: the visitor before the administrator, he before the
others. Every parameter is then asked about once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from lxml.html import document_fromstring  # type: ignore[import-untyped]  # it brings no types along

from app.domain.admissions.types import Step
from app.web.access import PUBLIC
from app.web.headers import ONCE_FIELD
from ops.browse.crawl import Seen, Walk
from ops.browse.installation import Login
from ops.devtool.console import Failure

STARTS = ["/en/", "/en/sign-in", "/home/", "/bait/"]
HERE = "*"
"""How sqlmap is told the place to try."""
KEY = "A" * 22
"""In the shape of a form's own key; every request gets another one."""
_NEVER = {"csrf_token", ONCE_FIELD}
_TYPED = (
    ("child_name_bn", "রাইয়ান হোসেন"),
    ("child_name_en", "Raiyan Hossain"),
    ("birth_registration_no", "20146119483104270"),
    ("email", "somebody@family.example"),
    ("phone", "01812345678"),
    ("identifier", "somebody@family.example"),
    ("day", "14"),
    ("month", "3"),
    ("year", "2014"),
    ("_bn", "কেউ একজন"),
    ("_ar", "شخص ما"),
    ("", "Somebody Else"),
)
"""What is typed into an empty field whose name ends so, that a form gets further than to its first refusal."""
_UNASKED = {
    "accounts.sign_in": {"next": "/home/"},
    "audit.entries": {"after": "2026-01-01"},
    "apply.find": {"reference": "SA26-00001-0"},
    "admissions.queue": {"q": "Rahman"},
}
"""What routes read that no page of the demo school links to."""
_WITH_HEADERS = {"bait.ask", "site.home", "accounts.sign_in", "accounts.account", "home.index", "site.search"}
"""Where headers and cookies are tried: pages that everybody opens, and those that keep or count who asked."""
_HEADERS = {
    "User-Agent": "Mozilla/5.0",
    "Referer": "http://127.0.0.1/en/",
    "Accept-Language": "bn",
    "X-Forwarded-For": "192.0.2.1",
    "X-Real-IP": "192.0.2.1",
    "X-Request-Id": "1",
    "HX-Request-Type": "partial",
    "If-None-Match": "W/1",
    "Cookie": "sa-browser=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
}
_ALIKE = {"attendance.register", "attendance.register_today"}
NOBODY = "00000000-0000-7000-8000-000000000000"
_NAMED = {"token": "A" * 43, "kind": "photo", "reference": "SA26-00001-0", "channel": "mail"}
_UNLINKED = {
    "accounts.second_step": ("code",),
    "accounts.passkey_sign_in": ("passkey",),
    "accounts.set_up_app": ("code",),
    "accounts.add_passkey": ("passkey", "name"),
    "accounts.rename_passkey": ("name",),
    "accounts.confirm": ("proof-password", "proof-code", "next"),
    "apply.finish": ("mark", "size", "name"),
    "apply.pieces": ("mark", "size", "offset"),
    "audit.export": ("who", "kind", "action", "since", "until"),
    "people.take_back_role": ("role", "campus_id"),
    "people.open_account": ("role",),
    "jobs.go_on": ("channel",),
}
"""What the forms of routes ask for that no page of the demo school leads to."""
_ENDS = ("sign_out", "suspend", "remove", "take_back", "drop", "password", "withdraw", "unlink", "email")


@dataclass(frozen=True)
class Target:
    """One call of sqlmap: a route and the place in its requests that is tried."""

    endpoint: str
    place: str
    """`query`, `path`, `form`, `headers` or `cookie`."""
    url: str
    role: str | None
    names: tuple[str, ...] = ()
    """The parameters that are tried; none: those that are marked."""
    form: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    is_post: bool = False
    is_recent: bool = False
    """Sent with the password, because it is asked for again."""

    @property
    def is_bait(self) -> bool:
        """Whether something must be found here."""
        return self.endpoint.startswith("bait.")

    @property
    def is_last(self) -> bool:
        """Whether sending it takes away what others need: it comes at the end, by itself."""
        return (self.is_post or bool(self.form)) and any(word in self.endpoint for word in _ENDS)


class Person:
    """Somebody with a browser, inside this process: what they see is what the server sends."""

    def __init__(self, app: Flask, login: Login | None) -> None:
        self.app, self.login = app, login
        self.client: FlaskClient = app.test_client()
        self.token = self._token("/en/sign-in")
        """A token of this browser's session, which holds as long as the session does."""
        if login is not None:
            self._sign_in(login)
            self.token = self._token("/account/")

    def _sign_in(self, login: Login) -> None:
        sent = {"csrf_token": self.token, "identifier": login.identifier, "password": login.password}
        answer = self.client.post("/en/sign-in", data=sent)
        if answer.status_code != 303:
            raise Failure(f"{login.identifier} ({login.role}) could not sign in: {answer.status_code}.")

    def look(self, url: str) -> Seen:
        """Fetch an address."""
        answer = self.client.get(url)
        html = answer.get_data(as_text=True) if answer.mimetype == "text/html" else None
        page = document_fromstring(html) if html else None
        return Seen(answer.status_code, answer.headers.get("Location", ""), page)

    def _token(self, url: str) -> str:
        page = self.look(url).page
        field = page.find(".//input[@name='csrf_token']") if page is not None else None
        if field is None:
            raise Failure(f"{url} has no token for {self.login.role if self.login else 'a visitor'}.")
        return str(field.get("value"))

    @property
    def cookie(self) -> str:
        """The cookie of the session, as the browser would send it."""
        name = str(self.app.config["SESSION_COOKIE_NAME"])
        kept = self.client.get_cookie(name)
        return f"{name}={kept.value}" if kept else ""

    def apply(self) -> list[str]:
        """Begin an application and fill what can be filled; returns the addresses of its pages, the last one first."""
        found = ["/en/admissions/"]
        for _ in range(len(Step)):
            form = next(
                (
                    each
                    for each in self.walk(found[:1], links=False).forms.values()
                    if "apply." in each.endpoint
                ),
                None,
            )
            if form is None:
                break
            values = {name: value or typed(name) for name, value in form.values}
            answer = self.client.post(form.action, data={"csrf_token": self.token} | values)
            place = urlsplit(answer.headers.get("Location", "")).path
            if not place or place in found:
                break
            found.insert(0, place)
        return found

    def walk(self, starts: list[str], *, links: bool = True) -> Walk:
        """Everything this person finds from there, or on these pages alone."""
        return Walk(self.look, self.app.url_map, starts, links=links)


def find_targets(app: Flask, logins: Sequence[Login]) -> list[Target]:
    """What is attacked, each route and parameter once, in the order of the roles. Raises Failure."""
    found: dict[tuple[str, str, str], Target] = {}
    named: dict[str, object] = {}
    for login in (None, *logins):
        person = Person(app, login)
        walk = person.walk([*person.apply(), *STARTS] if login is None else STARTS)
        for url in walk.pages:
            named = {**walk.adapter.match(urlsplit(url).path)[1], **named}
        _add(found, (*_forms(app, walk, login), *_pages(walk, login)))
    _add(found, _unlinked(app, logins[0], named, {endpoint for endpoint, _, _ in found}))
    targets = list(dict.fromkeys(found.values()))
    return sorted(targets, key=lambda target: (target.is_last, not target.is_bait))


def _add(found: dict[tuple[str, str, str], Target], targets: Iterable[Target]) -> None:
    """Keep of each target what nobody has asked for yet."""
    for target in targets:
        fresh = tuple(name for name in target.names if (target.endpoint, target.place, name) not in found)
        names = fresh if target.names else ("",)
        if fresh or (target.endpoint, target.place, "") not in found:
            kept = replace(target, names=fresh)
            found |= {(target.endpoint, target.place, name): kept for name in names}


def count_parameters(targets: Sequence[Target]) -> int:
    """How many places are tried in all."""
    marks = (target.url.count(HERE) + sum(HERE in value for _, value in target.headers) for target in targets)
    return sum(marks) + sum(len(target.names) for target in targets)


def missing_routes(app: Flask, targets: Sequence[Target]) -> list[str]:
    """Routes that are in no target: those that ask for nothing, and those whose address nobody found."""
    known = {target.endpoint for target in targets}
    return sorted({rule.endpoint for rule in app.url_map.iter_rules()} - known - {"static"})


def _pages(walk: Walk, login: Login | None) -> Iterator[Target]:
    seen, role = set(), _role(login)
    for url in walk.pages:
        endpoint = walk.endpoint_of(url)
        if endpoint is None or endpoint in seen:
            continue
        seen.add(endpoint)
        path = urlsplit(url).path
        marked = _marked(walk, path, "GET")
        if marked:
            yield Target(endpoint, "path", marked, role)
        query = _UNASKED.get(endpoint, {}) | walk.queries.get(endpoint, {})
        if query:
            filled = {name: value or "a" for name, value in query.items()}
            yield Target(endpoint, "query", f"{path}?{urlencode(filled)}", role, tuple(filled))
        if endpoint in _WITH_HEADERS:
            headers = tuple((name, value + HERE) for name, value in _HEADERS.items())
            yield Target(endpoint, "headers", path, role, headers=headers)


def _forms(app: Flask, walk: Walk, login: Login | None) -> Iterator[Target]:
    role, seen = _role(login), set()
    for form in walk.forms.values():
        view = app.view_functions[form.endpoint]
        # A register has a field for each pupil, all of them alike.
        again = form.endpoint in _ALIKE and form.endpoint in seen
        if again or (login is None and getattr(view, "access", None) != PUBLIC):
            continue
        seen.add(form.endpoint)
        values = tuple((name, value or typed(name)) for name, value in form.values if name not in _NEVER)
        names = tuple(name for name, _ in values)[: 3 if form.endpoint in _ALIKE else None]
        is_recent = bool(getattr(view, "recent", False))
        target = Target(form.endpoint, "form", form.action, role, names, values, is_recent=is_recent)
        if names:
            yield target
        marked = _marked(walk, urlsplit(form.action).path, "POST")
        if marked and walk.endpoint_of(form.action) is None:
            yield replace(target, place="path", url=marked, names=(), is_post=True)
        if form.endpoint in _WITH_HEADERS:
            headers = tuple((name, value + HERE) for name, value in _HEADERS.items())
            yield replace(target, place="headers", names=(), headers=headers)


def _unlinked(app: Flask, login: Login, named: dict[str, object], known: set[str]) -> Iterator[Target]:
    """Routes that no page of the demo school leads to, asked for with what other addresses name."""
    for rule in app.url_map.iter_rules():
        values = {name: _NAMED.get(name) or named.get(name) or NOBODY for name in rule.arguments}
        asked = _UNLINKED.get(rule.endpoint, ())
        if rule.endpoint in known | {"static"} or not (rule.arguments - {"lang"} or asked):
            continue
        built = rule.build(values | ({"lang": "en"} if "lang" in rule.arguments else {}))
        if built is None:
            raise Failure(f"{rule.endpoint} cannot be asked for.")
        view = app.view_functions[rule.endpoint]
        role = None if getattr(view, "access", None) == PUBLIC else login.role
        posts = "GET" not in (rule.methods or ())
        path, form = built[1], tuple((name, typed(name)) for name in asked)
        if asked:
            yield Target(rule.endpoint, "form", path, role, asked, form, is_post=True)
        for name in rule.arguments - {"lang"}:
            text = f"/{quote(str(values[name]), safe='')}"
            path = path.replace(text, text + HERE, 1)
        if HERE in path:
            yield Target(rule.endpoint, "path", path, role, form=form if posts else (), is_post=posts)


def _role(login: Login | None) -> str | None:
    return login.role if login else None


def _marked(walk: Walk, path: str, method: str) -> str:
    """The path with a mark behind each part that names something; empty where none does."""
    _, values = walk.adapter.match(path, method=method)
    for name, value in values.items():
        if name != "lang":
            text = quote(str(value), safe="")
            path = path.replace(f"/{text}", f"/{text}{HERE}", 1)
    return path if HERE in path else ""


def typed(name: str) -> str:
    """What is typed into an empty field of this name."""
    return next(word for end, word in _TYPED if name.endswith(end))
