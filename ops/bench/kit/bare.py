"""A view as bare as Flask and SQLAlchemy let one be, to see what our own work around a page costs.

`/one` reads 40 pupils in one statement; `/six` reads five single rows by key before, as many statements as the
register has its budget for. Nobody signs in, nothing is checked, no wall is in the way: it asks as the owner.
"""

from __future__ import annotations

import os

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import Row, Select, func, select

from app import models  # noqa: F401  # every table is known
from app.db import Base

ROWS = 40
_TABLES = Base.metadata.tables
_PAGE = """<!doctype html><title>Pupils</title><table>
{% for pupil in pupils %}<tr><td>{{ pupil.roll_number }}</td><td>{{ pupil.name_en }}</td><td>{{ pupil.student_no }}</td>
</tr>{% endfor %}</table>"""

app = Flask(__name__)
app.jinja_loader = DictLoader({"pupils.html": _PAGE})
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]
db = SQLAlchemy(app)


def _pupils() -> Select[tuple[int, str, str]]:
    enrolments, students, persons = (_TABLES[name] for name in ("enrolments", "students", "persons"))
    return (
        select(enrolments.c.roll_number, persons.c.name_en, students.c.student_no)
        .join(students, students.c.id == enrolments.c.student_id)
        .join(persons, persons.c.id == students.c.person_id)
        .where(enrolments.c.section_id == _FULL)
        .order_by(enrolments.c.roll_number)
        .limit(ROWS)
    )


with app.app_context():
    _SOME = {
        name: db.session.scalars(select(_TABLES[name].c.id).limit(1)).one()
        for name in ("users", "staff", "sections", "classes", "campuses")
    }
    _seated = _TABLES["enrolments"].c.section_id
    _FULL = db.session.scalars(
        select(_seated).group_by(_seated).order_by(func.count().desc(), _seated).limit(1)
    ).one()
    db.session.remove()
    db.engine.dispose()


def _show(pupils: list[Row[tuple[int, str, str]]]) -> str:
    return render_template("pupils.html", pupils=pupils)


@app.get("/one")
def one() -> str:
    """Forty rows."""
    return _show(list(db.session.execute(_pupils()).all()))


@app.get("/six")
def six() -> str:
    """Five rows by key, and the forty."""
    for name, key in _SOME.items():
        table = _TABLES[name]
        db.session.execute(select(table).where(table.c.id == key)).one()
    return _show(list(db.session.execute(_pupils()).all()))


@app.get("/healthz")
def healthz() -> str:
    """That it is there."""
    return "well"
