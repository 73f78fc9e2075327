"""The Celery app of whoever has orders sent by workers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from celery import Celery
    from straks.celery import DeliverTask


def task_of(name: str, base_url: str) -> DeliverTask:
    """
    Return the task that sends orders, of the app *name*; the folder one stands in is looked into, too.

    Raises:
        MissingExtra: Celery is not installed.
        InvalidSetting: There is no such app, it has no such task, or the task sends elsewhere.
    """
    from straks.celery import DeliverTask
    from straks.celery.settings import NAME

    task = _find(name).tasks.get(NAME)
    if not isinstance(task, DeliverTask):
        raise InvalidSetting(
            f"the Celery app {name} has no task that sends orders; give it one with straks.celery.task"
        )
    if task.environment != base_url:
        raise InvalidSetting(
            f"the workers of {name} send to {task.environment}, and this command was told {base_url}; name "
            "the environment that they send to"
        )
    return task


def _find(name: str) -> Celery:
    from celery.app.utils import find_app
    from celery.utils.imports import cwd_in_path

    from celery import Celery

    try:
        with cwd_in_path():
            found: Any = find_app(name)
    except Exception as error:
        raise InvalidSetting(
            f"the Celery app {name} cannot be loaded ({type(error).__name__}: {error}); name it as "
            "module:attribute, as for celery --app"
        ) from error
    if not issubclass(type(found), Celery):
        raise InvalidSetting(f"{name} is no Celery app; name one as module:attribute, as for celery --app")
    app: Celery = found
    return app
