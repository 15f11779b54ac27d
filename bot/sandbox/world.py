"""Everything that the stand-in of Telegram knows, in memory, and the knobs that tests turn.

A world is used from the server's event loop and from tests' threads at once: one lock guards it, and
nothing waits while holding it.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from bot.sandbox.entities import find_entities, utf16_length
from bot.sandbox.faults import Call, Faults
from bot.sandbox.files import FileStore
from bot.sandbox.inline_desk import InlineDesk, InlineOutcome, InlineQuery
from bot.sandbox.model import Event, FormattedText, Message, Person, Press, StickerItem
from bot.sandbox.packs.model import SamplePack
from bot.sandbox.presses import PressDesk
from bot.sandbox.privacy import concerns_bot
from bot.sandbox.profile import BotProfile, Webhook
from bot.sandbox.refusals import InlineUnanswered, Refusal, bad_request
from bot.sandbox.room import Room
from bot.sandbox.sets import StickerSets
from bot.sandbox.telegram_json import message_json, person_json
from bot.sandbox.updates import UpdateQueue
from persrv.domain.stickers import PackKind

QUERY_LIMIT = 256
"""Characters of an inline query (Bot API `InlineQuery.query`)."""


class World:
    """One Telegram with one bot in it.

    :param bot_token: "number:secret"; the number is the bot's id.
    :param first_update_id: Where update ids start; random by default, because a bot that kept its database
        must not take this world's updates for those of an earlier one.

    One thing is easier than in Telegram: the bot may write to a person who never wrote to it.
    """

    def __init__(self, bot_token: str, *, bot_username: str = "persrv_bot", first_update_id: int | None = None) -> None:
        self.lock = threading.RLock()
        self.bot_token = bot_token
        self.bot_username = bot_username
        self.bot_name = "PerSRV"
        number = bot_token.partition(":")[0]
        self.bot_id = int(number) if number.isdecimal() else 1
        self.files = FileStore(bot_token)
        self.sets = StickerSets(self.files)
        self.room = Room()
        first = 100_000_000 + secrets.randbelow(900_000_000) if first_update_id is None else first_update_id
        self.updates = UpdateQueue(self.lock, first)
        self.inline = InlineDesk(self.lock)
        self.presses = PressDesk(self.lock, self.room)
        self.faults = Faults(self.lock)
        self.profile = BotProfile()
        self.webhook = Webhook()
        self.inline_enabled = True
        """BotFather's /setinline."""
        self.inline_feedback = True
        """BotFather's /setinlinefeedback at 100 %: chosen results are told to the bot."""

    # Sample packs and people

    def add_pack(self, pack: SamplePack, kind: PackKind = PackKind.REGULAR) -> None:
        """Let Telegram know a sticker set; its files are read now."""
        with self.lock:
            self.sets.put(pack, kind)

    def update_pack(self, pack: SamplePack, kind: PackKind = PackKind.REGULAR) -> None:
        """Replace the set of that name, as its artist would by adding and removing stickers."""
        self.add_pack(pack, kind)

    def remove_pack(self, name: str) -> None:
        """Delete a set: `getStickerSet` does not find it any more."""
        with self.lock:
            self.sets.remove(name)

    def add_person(self, person_id: int, name: str, language: str = "en") -> Person:
        """Let somebody in: they are in the group and have a private chat with the bot."""
        with self.lock:
            return self.room.add(Person(person_id, name, language, ""))

    def block(self, person_id: int, *, blocked: bool = True) -> None:
        """A person blocks the bot: its messages to them give 403."""
        with self.lock:
            (self.room.blocked.add if blocked else self.room.blocked.discard)(person_id)

    # Knobs

    def fail_next(
        self, method: str, status: int, description: str, retry_after: int | None = None, times: int = 1
    ) -> None:
        """Refuse the next `times` requests of a method, unprocessed, with this status and text."""
        self.faults.fail_next(method, Refusal(status, description, retry_after=retry_after), times)

    def drop_next(self, method: str, times: int = 1, *, processed: bool = False) -> None:
        """Close the connection of the next `times` requests instead of answering.

        :param processed: The request takes effect first, and only its answer is lost.
        """
        self.faults.drop_next(method, times, processed=processed)

    def delay(self, method: str, seconds: float) -> None:
        """Make every request of a method wait; 0 ends it."""
        self.faults.delay(method, seconds)

    def redeliver(self, update_id: int) -> None:
        """Deliver an update again, as Telegram does when its delivery was not acknowledged."""
        self.updates.redeliver(update_id)

    @property
    def calls(self) -> tuple[Call, ...]:
        """What the bot asked, oldest first: (method, params); the last two thousand."""
        return self.faults.calls

    def calls_of(self, method: str) -> tuple[Call, ...]:
        """What the bot asked of one method, oldest first."""
        return tuple(call for call in self.calls if call.method.lower() == method.lower())

    @property
    def flood_control(self) -> bool:
        """Whether a second message within a second in a chat gives 429; off by default."""
        return self.faults.flood_control

    @flood_control.setter
    def flood_control(self, on: bool) -> None:
        self.faults.flood_control = on

    # Inline queries

    def open_inline_query(
        self, person_id: int, query: str, offset: str = "", *, chat_id: int | None = None
    ) -> InlineQuery:
        """Type after the bot's name; `.answer` is a future of the bot's answer.

        :param chat_id: Where it is typed; tells the bot the kind of chat.
        :raises InlineUnanswered: inline mode is off, or the query is too long.
        :raises Refusal: there is no such person.
        """
        if not self.inline_enabled:
            raise InlineUnanswered(f"Inline mode is off: send /setinline for @{self.bot_username} to BotFather.")
        if len(query) > QUERY_LIMIT:
            raise InlineUnanswered(f"A query has at most {QUERY_LIMIT} characters; this one has {len(query)}.")
        with self.lock:
            person = self.room.person(person_id)
            asked = self.inline.open(person_id, query, offset)
            if not asked.answer.done():
                payload: dict[str, object] = {"id": asked.id, "from": person_json(person)}
                payload |= {"query": query, "offset": offset, "chat_type": self._chat_type(person_id, chat_id)}
                if self.updates.push("inline_query", payload) is None:
                    self.inline.close(asked.id)
                    raise InlineUnanswered("The bot has not asked for inline queries (allowed_updates).")
        return asked

    async def inline_query(
        self, person_id: int, query: str, offset: str = "", *, chat_id: int | None = None
    ) -> InlineOutcome:
        """Type after the bot's name and wait for the answer, from any event loop.

        :raises InlineUnanswered: no answer came in time, or none can come.
        """
        asked = self.open_inline_query(person_id, query, offset, chat_id=chat_id)
        try:
            async with asyncio.timeout(self.inline.timeout):
                # Shielded: a cancelled future could not take the answer that is on its way.
                answer = await asyncio.shield(asyncio.wrap_future(asked.answer))
        except TimeoutError:
            raise self._unanswered(asked) from None
        return InlineOutcome(asked.id, answer, (time.monotonic() - asked.asked_at) * 1000)

    def inline_query_sync(
        self, person_id: int, query: str, offset: str = "", *, chat_id: int | None = None
    ) -> InlineOutcome:
        """As `inline_query`, for a thread without an event loop."""
        asked = self.open_inline_query(person_id, query, offset, chat_id=chat_id)
        try:
            answer = asked.answer.result(self.inline.timeout)
        except TimeoutError:
            raise self._unanswered(asked) from None
        return InlineOutcome(asked.id, answer, (time.monotonic() - asked.asked_at) * 1000)

    def choose(self, person_id: int, chat_id: int, query_id: str, result_id: str) -> Message:
        """Send an inline result into a chat and tell the bot.

        :raises Refusal: there is no such person, chat, query or result.
        """
        with self.lock:
            person = self.room.person(person_id)
            found = self.inline.chosen(query_id, result_id)
            if found is None or found[0].person != person_id:
                raise bad_request("RESULT_ID_INVALID")
            asked, result = found
            message = self._say(person_id, chat_id, sticker=result.sticker, via_bot=True)
            if self.inline_feedback:
                chosen = {"result_id": result_id, "from": person_json(person), "query": asked.query}
                self.updates.push("chosen_inline_result", chosen)
            return message

    # What people do

    def send_text(self, person_id: int, chat_id: int, text: str, *, reply_to: int | None = None) -> Message:
        """Write a message.

        :raises Refusal: no such person or chat, or the text is empty or too long.
        """
        text = text.strip()
        if not text:
            raise bad_request("message text is empty")
        if utf16_length(text) > 4096:
            raise bad_request("message is too long")
        with self.lock:
            return self._say(person_id, chat_id, FormattedText(text, find_entities(text)), reply_to=reply_to)

    def send_sticker(
        self, person_id: int, chat_id: int, file_unique_id: str, *, reply_to: int | None = None
    ) -> Message:
        """Send a sticker that Telegram knows.

        :raises Refusal: no such person, chat or sticker.
        """
        with self.lock:
            item = self.sets.sticker(file_unique_id)
            if item is None:
                raise bad_request("STICKER_ID_INVALID")
            return self._say(person_id, chat_id, sticker=item, reply_to=reply_to)

    def press(self, person_id: int, chat_id: int, message_id: int, data: str, *, forged: bool = False) -> Press:
        """Press a button under a message; `.answer` is a future of what the bot says to it.

        :param forged: A knob for tests: send data that no button has, as a changed client can.
        :raises Refusal: no such person, chat, message or button.
        """
        with self.lock:
            self.room.chat_seen_by(person_id, chat_id)
            message = self.room.message(chat_id, message_id)
            if message is None:
                raise bad_request("MESSAGE_ID_INVALID")
            known = {b.value for row in message.buttons for b in row if b.action == "callback_data"}
            if data not in known and not forged:
                raise bad_request("DATA_INVALID")
            pressed = self.presses.open(person_id, chat_id)
            self.updates.push(
                "callback_query",
                {
                    "id": pressed.id,
                    "from": person_json(self.room.person(person_id)),
                    "message": message_json(self, message),
                    "chat_instance": str(chat_id * 7919),
                    "data": data,
                },
            )
            return pressed

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Be told of every message, from any thread; the listener must not block.

        :return: Call it to stop.
        """
        with self.lock:
            self.room.listen(listener)

        def stop() -> None:
            with self.lock:
                self.room.unlisten(listener)

        return stop

    # Inside

    def _say(
        self,
        person_id: int,
        chat_id: int,
        body: FormattedText | None = None,
        *,
        sticker: StickerItem | None = None,
        via_bot: bool = False,
        reply_to: int | None = None,
    ) -> Message:
        self.room.chat_seen_by(person_id, chat_id)
        if reply_to is not None and self.room.message(chat_id, reply_to) is None:
            raise bad_request("message to be replied not found")
        message = Message(self.room.next_message_id(), chat_id, person_id, int(time.time()))
        message = replace(message, body=body or FormattedText(), sticker=sticker, via_bot=via_bot, reply_to=reply_to)
        self.room.put(message)
        if concerns_bot(message, self.room, self.bot_id, self.bot_username):
            self.updates.push("message", message_json(self, message))
        return message

    def _chat_type(self, person_id: int, chat_id: int | None) -> str:
        if chat_id == person_id:
            return "sender"
        chat = None if chat_id is None else self.room.chats.get(chat_id)
        return "private" if chat is None else chat.kind.value

    def _unanswered(self, asked: InlineQuery) -> InlineUnanswered:
        self.inline.close(asked.id)
        waited = f"{self.inline.timeout:g} seconds"
        if self.webhook.url:
            return InlineUnanswered(f"The bot did not answer within {waited} (its webhook may not be reachable).")
        if not self.updates.polled_now and self.updates.seconds_since_poll() > self.inline.timeout:
            return InlineUnanswered("The bot is not asking for updates: is it running?")
        return InlineUnanswered(f"The bot did not answer within {waited}.")
