"""The typed context that every handler gets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from telegram import Update, User
from telegram.ext import Application, CallbackContext, ExtBot

from bot.allowances import Allowances
from bot.broadcasting import Broadcaster
from bot.metrics import Metrics
from bot.newest import NewestQueries
from bot.presses import Answered
from bot.texts import Texts, texts_for
from persrv.bootstrap import Services
from persrv.catalogue import PackImporter
from persrv.ports.evaluator import Evaluator
from persrv.ports.jobs import JobStarter


@dataclass(frozen=True, slots=True)
class BotState:
    """What the handlers work with; lives in `Application.bot_data`.

    :param telling_all: Held while somebody's data is read and written down for them.
    :param gives_way: Told of an inline query that only waits for Telegram from here on.
    """

    services: Services
    importer: PackImporter
    broadcaster: Broadcaster
    jobs: JobStarter | None = None
    evaluator: Evaluator | None = None
    metrics: Metrics = field(default_factory=Metrics)
    allowances: Allowances = field(default_factory=Allowances)
    newest: NewestQueries = field(default_factory=NewestQueries)
    answered: Answered = field(default_factory=Answered)
    telling_all: asyncio.Lock = field(default_factory=asyncio.Lock)
    gives_way: Callable[[Update], None] = lambda update: None


Bot = ExtBot[int]
UserData = dict[Any, Any]
ChatData = dict[Any, Any]


class Context(CallbackContext[Bot, UserData, ChatData, dict[Any, Any]]):
    """A handler's context with the use cases at hand."""

    @property
    def state(self) -> BotState:
        """Services and importer."""
        state: BotState = self.bot_data["state"]
        return state

    @property
    def services(self) -> Services:
        """The use cases."""
        return self.state.services

    def is_admin(self, user: User | None) -> bool:
        """True for the people that `PERSRV_ADMIN_IDS` names."""
        return user is not None and user.id in self.services.settings.admin_ids


BotApplication = Application[Bot, Context, UserData, ChatData, dict[Any, Any], None]


def texts_of(update: Update) -> Texts:
    """The texts in the language of the person behind an update."""
    user = update.effective_user
    return texts_for(user.language_code if user else None)
