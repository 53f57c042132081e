"""Smart Academy: a school's public website, its office and its portal.

Layers are the floors, features are the rooms; a feature has the same name on every floor.

    factory.py       create_app(): a list of init calls
    config.py        typed settings from the environment
    extensions.py    one instance of each extension
    db.py  uow.py    tables' common ground; one act is one transaction
    scope.py  walls.py   for whom the database answers, and what it lets them see
    queue.py         waking the worker, only ever after the commit
    models.py        every feature's tables, for migrations
    integrations/    the outside world behind small protocols: mail, storage
    domain/          the school itself: kernel, audit, limits, idempotency, files, outbox, people, accounts, academics,
                     admissions, attendance, cms
    web/             what all blueprints share: access, errors, forms, headers, htmx, i18n
    blueprints/      pages
    jobs/  cli/      background work and commands
    templates/  static/
"""

from app.factory import create_app

__all__ = ["create_app"]
