"""The builder of application forms: pages and fields of a cycle's form, conditions, preview, publishing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.blueprints.builder.forms import ConditionForm, OwnForm, PageForm, form_for
from app.blueprints.builder.words import KIND_WORDS, LACK_WORDS
from app.domain.academics.queries import ClassView, list_classes
from app.domain.admissions.cycles.queries import get_cycle
from app.domain.admissions.cycles.types import CycleView
from app.domain.admissions.forms.queries import get_form
from app.domain.admissions.forms.rules import (
    DEFAULT_FORM,
    MOST_FIELDS,
    MOST_PAGES,
    NEEDED,
    add_field,
    add_page,
    answers_offered,
    can_decide,
    change_field,
    core_field,
    find_lacks,
    left_out,
    move_field,
    move_page,
    name_page,
    own_key,
    remove_field,
    remove_page,
    steps_of,
)
from app.domain.admissions.forms.services import change_form, discard_draft, publish_form
from app.domain.admissions.forms.types import (
    FormDefinition,
    FormField,
    FormLack,
    FormNotReady,
    FormPage,
    FormState,
)
from app.domain.admissions.queries import list_places_of
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused, Stale
from app.web.access import current_actor, requires
from app.web.admission import cycle_title
from app.web.admission_form import answer_words, ask_page, label_of, plain_label, title_of
from app.web.editing import Crumbs, EditForm, Editing, Removal, edited, removed
from app.web.errors import message_of
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import LOCALES, local_plain
from app.web.once import creates

blueprint = Blueprint("builder", __name__)

_FORM = "/admissions/cycles/<uuid:cycle_id>/form"


@dataclass(frozen=True)
class Seen:
    """A record that others may change meanwhile, as `edited` reads it."""

    version: int
    details: Any


def _here(cycle_id: UUID) -> str:
    return url_for("builder.overview", cycle_id=cycle_id)


def _shown(state: FormState) -> FormDefinition:
    return state.shown or DEFAULT_FORM


def _form(cycle_id: UUID) -> FormDefinition:
    return _shown(get_form(current_actor(), cycle_id))


def _page(cycle_id: UUID, key: str) -> FormPage:
    return _form(cycle_id).page(key) or abort(404)


def _field(cycle_id: UUID, key: str) -> FormField:
    return _form(cycle_id).field(key) or abort(404)


def _crumbs(cycle_id: UUID, *, inside: bool = True) -> Crumbs:
    found: CycleView = get_cycle(current_actor(), cycle_id)
    crumbs: Crumbs = [
        (gettext("Admission cycles"), url_for("cycles.index")),
        (cycle_title(found), url_for("cycles.cycle", cycle_id=cycle_id)),
    ]
    return [*crumbs, (gettext("Application form"), _here(cycle_id))] if inside else crumbs


def _change(cycle_id: UUID, version: int, change: Callable[[FormDefinition], FormDefinition]) -> None:
    change_form(current_actor(), cycle_id, version, change)


def _screen(
    cycle_id: UUID,
    title: str,
    form: Any,
    change: Callable[[FormDefinition, Any], FormDefinition],
    details: Callable[[], Any] | None = None,
) -> Editing:
    """The screen on which a part of the form is made or changed."""
    actor = current_actor()
    begun = get_form(actor, cycle_id).version

    def save(typed: EditForm) -> None:
        version = typed.version.number if details else begun
        _change(cycle_id, version, lambda whole: change(whole, typed.details()))

    return Editing(
        title=title,
        act=gettext("Save"),
        done=gettext("Saved in the draft of the form. Families see it once it is published."),
        crumbs=_crumbs(cycle_id),
        back=_here(cycle_id),
        form=form,
        save=save,
        read=(lambda: Seen(get_form(actor, cycle_id).version, details())) if details else None,
        onward=lambda _: _here(cycle_id),
    )


# --- the whole form


@blueprint.route(_FORM)
@requires(Permission.CYCLES_EDIT)
def overview(cycle_id: UUID) -> Response:
    """Pages and fields of the form, in their order."""
    state = get_form(current_actor(), cycle_id)
    form = _shown(state)
    return render_page(
        "builder/overview.html",
        state=state,
        form=form,
        crumbs=_crumbs(cycle_id, inside=False),
        title_of=partial(title_of, form),
        label_of=label_of,
        plain_label=plain_label,
        kinds=KIND_WORDS,
        needed=NEEDED,
        left_out=[core_field(key) for key in left_out(form)],
        lacks=_check_list(cycle_id, form),
        steps=steps_of(form),
        most_pages=MOST_PAGES,
        most_fields=MOST_FIELDS,
    )


def _check_list(cycle_id: UUID, form: FormDefinition) -> list[tuple[str, str]]:
    """(what is missing, address of the page that mends it)."""
    return [(_lack_words(form, lack), _where(cycle_id, lack)) for lack in find_lacks(form)]


def _lack_words(form: FormDefinition, lack: FormLack) -> str:
    field = form.field(lack.field) if lack.field else None
    name = plain_label(field) if field else str(title_of(form, lack.page or "").striptags())
    languages = gettext(", ").join(LOCALES[code] for code in lack.languages)
    return str(gettext(LACK_WORDS[lack.what], name=name, languages=languages))


def _where(cycle_id: UUID, lack: FormLack) -> str:
    if lack.field and lack.what.value.startswith("condition"):
        return url_for("builder.condition", cycle_id=cycle_id, key=lack.field)
    if lack.field:
        return url_for("builder.edit_field", cycle_id=cycle_id, key=lack.field)
    return url_for("builder.edit_page", cycle_id=cycle_id, key=lack.page)


@blueprint.route(f"{_FORM}/publish", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def publish(cycle_id: UUID) -> Response:
    """The check list, and the button that puts the draft in force."""
    form, stale = EditForm(), False
    state = get_form(current_actor(), cycle_id)
    if state.draft is None:
        return see_other(_here(cycle_id))
    if submitted(form):
        try:
            publish_form(current_actor(), cycle_id, form.version.number)
        except FormNotReady:
            pass  # the list below says what is missing
        except Stale:
            stale = True
        else:
            flash(gettext("The form is published. Applications begun before keep theirs."), "ok")
            return see_other(_here(cycle_id))
    return _publish_page(cycle_id, state, stale=stale)


def _publish_page(cycle_id: UUID, state: FormState, *, stale: bool) -> Response:
    refused = request.method == "POST"
    return render_page(
        "builder/publish.html",
        state=state,
        crumbs=_crumbs(cycle_id),
        lacks=_check_list(cycle_id, _shown(state)),
        stale=stale,
        status=(409 if stale else 422) if refused else 200,
    )


@blueprint.route(f"{_FORM}/discard", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def discard(cycle_id: UUID) -> Response:
    """Ask, then throw the draft away."""
    state = get_form(current_actor(), cycle_id)
    return removed(
        Removal(
            title=gettext("Throw the draft away?"),
            text=gettext("Every change since the form was last published is lost. Families notice nothing."),
            act=gettext("Throw it away"),
            done=gettext("The draft is gone."),
            crumbs=_crumbs(cycle_id),
            back=_here(cycle_id),
            remove=lambda: discard_draft(current_actor(), cycle_id, state.version) if state.draft else None,
            onward=_here(cycle_id),
        )
    )


@blueprint.route("/<lang:lang>/admissions/cycles/<uuid:cycle_id>/form/<string:key>")
@requires(Permission.CYCLES_EDIT)
def preview(lang: str, cycle_id: UUID, key: str) -> Response:
    """A page of the form as families see it, in the language of the address. Nothing can be sent or is stored."""
    form = _form(cycle_id)
    page = _page(cycle_id, key)
    places = list_places_of(cycle_id)
    quotas = places[0].terms.quotas if places else ()
    urls = {
        each.key: url_for("builder.preview", lang=lang, cycle_id=cycle_id, key=each.key)
        for each in form.pages
    }
    steps = [step for step in steps_of(form) if step in urls]
    return render_page(
        "builder/preview.html",
        title=title_of(form, key),
        asked=ask_page(form, page, {}, places, quotas, every=True),
        steps=[(title_of(form, step), urls[step]) for step in steps],
        number=steps.index(key) + 1 if key in steps else 1,
        here=key,
        urls=urls,
        languages_of=[
            (code, name, url_for("builder.preview", lang=code, cycle_id=cycle_id, key=key))
            for code, name in LOCALES.items()
        ],
        back=_here(cycle_id),
    )


# --- pages


@blueprint.route(f"{_FORM}/pages/new", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
@creates
def new_page(cycle_id: UUID) -> Response:
    """Add an empty page at the end of the form."""
    return edited(_screen(cycle_id, gettext("Add a page"), PageForm, add_page))


@blueprint.route(f"{_FORM}/pages/<string:key>", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def edit_page(cycle_id: UUID, key: str) -> Response:
    """Change the title of a page."""
    _page(cycle_id, key)
    return edited(
        _screen(
            cycle_id,
            gettext("Title of the page"),
            PageForm,
            lambda form, title: name_page(form, key, title),
            lambda: _page(cycle_id, key),
        )
    )


@blueprint.route(f"{_FORM}/pages/<string:key>/remove", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def drop_page(cycle_id: UUID, key: str) -> Response:
    """Ask, then remove an empty page."""
    _page(cycle_id, key)
    return _removal(
        cycle_id,
        gettext("Remove the page?"),
        gettext("Only an empty page can be removed: move its fields to other pages first."),
        lambda form: remove_page(form, key),
    )


def _removal(
    cycle_id: UUID, title: str, text: str, change: Callable[[FormDefinition], FormDefinition]
) -> Response:
    version = get_form(current_actor(), cycle_id).version
    return removed(
        Removal(
            title=title,
            text=text,
            act=gettext("Remove it"),
            done=gettext("Saved in the draft of the form. Families see it once it is published."),
            crumbs=_crumbs(cycle_id),
            back=_here(cycle_id),
            remove=lambda: _change(cycle_id, version, change),
            onward=_here(cycle_id),
        )
    )


def _moved(cycle_id: UUID, part: str, change: Callable[[FormDefinition], FormDefinition]) -> Response:
    """Move on the version that was seen, and come back to the part that moved."""
    form = EditForm()
    if submitted(form):
        try:
            _change(cycle_id, form.version.number, change)
        except Stale:
            flash(gettext("Somebody else has changed the form since. Look at it once more."), "warn")
        except Refused as error:
            flash(message_of(error), "warn")
    return see_other(f"{_here(cycle_id)}#{part}")


@blueprint.route(f"{_FORM}/pages/<string:key>/move", methods=["POST"])
@requires(Permission.CYCLES_EDIT)
def shift_page(cycle_id: UUID, key: str) -> Response:
    """Move a page one place earlier or later."""
    _page(cycle_id, key)
    up = request.form.get("do") == "up"
    return _moved(cycle_id, f"on-{key}", lambda form: move_page(form, key, up=up))


# --- fields


@blueprint.route(f"{_FORM}/pages/<string:key>/fields/new", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
@creates
def new_field(cycle_id: UUID, key: str) -> Response:
    """Add a question of the school's own to a page."""
    page = _page(cycle_id, key)

    def put(form: FormDefinition, field: FormField) -> FormDefinition:
        return add_field(form, page.key, replace(field, key=own_key(form, field.label)))

    return edited(_screen(cycle_id, gettext("Add a question"), OwnForm, put))


@blueprint.route(f"{_FORM}/pages/<string:key>/fields/back", methods=["POST"])
@requires(Permission.CYCLES_EDIT)
def put_back(cycle_id: UUID, key: str) -> Response:
    """Put a question of ours back that the form had left out."""
    page, wanted = _page(cycle_id, key), request.form.get("field", "")
    if wanted not in left_out(_form(cycle_id)):
        return see_other(_here(cycle_id))
    return _moved(cycle_id, f"at-{wanted}", lambda form: add_field(form, page.key, core_field(wanted)))


@blueprint.route(f"{_FORM}/fields/<string:key>", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def edit_field(cycle_id: UUID, key: str) -> Response:
    """Change a question."""
    field = _field(cycle_id, key)
    form = form_for(field)
    return edited(
        _screen(
            cycle_id,
            plain_label(field),
            form if form is OwnForm else partial(form, field),
            change_field,
            lambda: _field(cycle_id, key),
        )
    )


@blueprint.route(f"{_FORM}/fields/<string:key>/remove", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def drop_field(cycle_id: UUID, key: str) -> Response:
    """Ask, then leave a question out."""
    name = plain_label(_field(cycle_id, key))
    return _removal(
        cycle_id,
        gettext("Leave out “%(name)s”?", name=name),
        gettext("Applications begun before keep the question and its answer."),
        lambda form: remove_field(form, key),
    )


@blueprint.route(f"{_FORM}/fields/<string:key>/move", methods=["POST"])
@requires(Permission.CYCLES_EDIT)
def shift_field(cycle_id: UUID, key: str) -> Response:
    """Move a question one place earlier or later, over the border of its page to the next one."""
    _field(cycle_id, key)
    up = request.form.get("do") == "up"
    return _moved(cycle_id, f"at-{key}", lambda form: move_field(form, key, up=up))


@blueprint.route(f"{_FORM}/fields/<string:key>/condition", methods=["GET", "POST"])
@requires(Permission.CYCLES_EDIT)
def condition(cycle_id: UUID, key: str) -> Response:
    """First the question on which this one depends, then the answers for which it is asked."""
    field = _field(cycle_id, key)
    if field.is_core:
        abort(404)
    sources = _sources(_form(cycle_id), field)
    wanted = request.args.get("on") or (field.condition.field if field.condition else "")
    source = next((each for each in sources if each.key == wanted), None)
    if source is None:
        return render_page(
            "builder/sources.html",
            field=field,
            sources=sources,
            label_of=label_of,
            plain_label=plain_label,
            crumbs=_crumbs(cycle_id),
            back=_here(cycle_id),
            cycle_id=cycle_id,
        )
    return edited(_condition_screen(cycle_id, field, source))


def _sources(form: FormDefinition, field: FormField) -> list[FormField]:
    """The questions before this one that can decide about it."""
    before = form.fields[: [each.key for each in form.fields].index(field.key)]
    return [
        each
        for each in before
        if can_decide(each) and each.key != "shift" and (field.office_only or not each.office_only)
    ]


def _condition_screen(cycle_id: UUID, field: FormField, source: FormField) -> Editing:
    offered = answers_offered(source)
    if source.key == "seat":
        campus_id = get_cycle(current_actor(), cycle_id).campus_id
        classes: list[ClassView] = list(list_classes(campus_id))
        choices = [(str(each.id), local_plain(each.name)) for each in classes]
    else:
        choices = [(value, answer_words(source, value)) for value in offered or ()]
    return _screen(
        cycle_id,
        gettext("“%(name)s”: asked only for some answers", name=plain_label(field)),
        partial(ConditionForm, source.key, choices),
        lambda form, rule: change_field(form, replace(form.field(field.key) or field, condition=rule)),
        lambda: field.condition if field.condition and field.condition.field == source.key else None,
    )
