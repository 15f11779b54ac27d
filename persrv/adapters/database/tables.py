"""The tables. `migrations/` builds the same ones, and a test compares the two.

Stickers are never deleted: what people chose keeps pointing at them. A sticker is live while a pack that is
not retired has it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from persrv.adapters.database.columns import RowId, SafeText, UtcDateTime

REVISION: Final = "0008"
"""The migration that makes these tables: who has it needs none."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

packs = Table(
    "packs",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", SafeText, nullable=False),
    Column("name_key", SafeText, nullable=False),  # casefolded: Telegram's names differ by more than case
    Column("name_norm", SafeText, nullable=False),  # persrv.text.normalise(name): what a person may type
    Column("title", SafeText, nullable=False),
    Column("title_key", SafeText, nullable=False),  # persrv.text.normalise(title)
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("requested_by", BigInteger),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("progress_chat", BigInteger),
    Column("fetched_at", UtcDateTime),
    Column("problem", SafeText, nullable=False),
    UniqueConstraint("name_key"),
    Index(None, "name_norm"),
    Index(None, "title_key"),
    Index(None, "fetched_at"),
    Index(None, "requested_by"),
)

stickers = Table(
    "stickers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("file_unique_id", SafeText, nullable=False),
    Column("file_id", SafeText, nullable=False),
    Column("format", String(16), nullable=False),
    Column("emoji", SafeText, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer),
    Column("media", String(16), nullable=False),
    Column("media_problem", SafeText, nullable=False),
    UniqueConstraint("file_unique_id"),
)

# Many to many: the same sticker may be in several sets.
pack_stickers = Table(
    "pack_stickers",
    metadata,
    Column("pack_id", RowId, ForeignKey("packs.id"), primary_key=True),
    Column("sticker_id", RowId, ForeignKey("stickers.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Index(None, "sticker_id"),
    Index(None, "pack_id", "position"),
)

# Everybody who added a pack, not only the first one: it is one of their own from then on.
added_packs = Table(
    "added_packs",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("pack_id", RowId, ForeignKey("packs.id"), primary_key=True, autoincrement=False),
)

# Whoever has no row wants nothing of it: `persrv.domain.own_packs.OwnPacks.OFF`.
own_packs_modes = Table(
    "own_packs_modes",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("mode", String(16), nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", SafeText, nullable=False),
)

impressions = Table(
    "impressions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("query", SafeText, nullable=False),
    Column("sticker_ids", JSON, nullable=False),  # the whole ranking: a list of numbers, best first
    Column("served", Integer, nullable=False),
    Column("shown_at", UtcDateTime, nullable=False),
    # What was tried out in it (persrv.domain.trials); null where nothing was, which is most.
    Column("compared", String(64)),  # two rankings' names and a space: the one that serves, and its rival
    Column("teams", SafeText),  # one letter a place
    Column("explored", Integer),
    Index(None, "user_id"),
    Index(None, "shown_at", "served"),  # all that /stats counts of it
    Index(None, "compared"),
    Index(None, "explored", "served"),
)

# No index holds query text: a person's words are in as few places as can be when they ask to be forgotten.
interactions = Table(
    "interactions",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", SafeText, nullable=False),  # which choice this is, however often Telegram delivers it
    Column("user_id", BigInteger, nullable=False),
    Column("sticker_id", RowId, ForeignKey("stickers.id"), nullable=False),
    Column("query", SafeText, nullable=False),
    Column("query_key", SafeText, nullable=False),  # persrv.text.normalise(query)
    Column("impression_id", String(32), nullable=False),  # may be unknown: written apart from impressions
    Column("position", Integer, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
    UniqueConstraint("key"),
    Index(None, "user_id", "chosen_at"),
    Index(None, "chosen_at"),
    Index(None, "sticker_id", "user_id"),
)

semantics = Table(
    "semantics",
    metadata,
    Column("sticker_id", RowId, ForeignKey("stickers.id"), primary_key=True),
    Column("field", String(16), primary_key=True),
    Column("value", SafeText, nullable=False),
    Column("engine", SafeText, nullable=False),
    Column("version", SafeText, nullable=False),
    Column("confidence", Float),
    Column("made_at", UtcDateTime, nullable=False),
)

# What each offline stage has done with each sticker; also where it found nothing to say.
sticker_work = Table(
    "sticker_work",
    metadata,
    Column("sticker_id", RowId, ForeignKey("stickers.id"), primary_key=True),
    Column("task", String(16), primary_key=True),
    Column("engine", SafeText, nullable=False),
    Column("version", SafeText, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),  # failed ones in a row
    Column("reason", SafeText, nullable=False),  # why the last try failed, or ""
    Column("at", UtcDateTime, nullable=False),
    Index(None, "task", "done"),
)

# One row a person and embedding space: the night computes those of a new space beside those that serve.
style_profiles = Table(
    "style_profiles",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("space_id", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# By identity and not by row number, so that an upload can be noted before its pack is saved.
uploads = Table(
    "uploads",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("sticker_identity", SafeText, nullable=False),
)

index_queue = Table(
    "index_queue",
    metadata,
    Column("sticker_id", RowId, ForeignKey("stickers.id"), primary_key=True),
    Column("ticket", BigInteger, nullable=False),
    Index(None, "ticket"),
)

# Numbers that only grow, also after the rows that used them are gone.
counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Keys and not row numbers: a set or a person may be banned before they were ever here.
bans = Table(
    "bans",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("key", SafeText, primary_key=True),
    Column("banned_by", BigInteger, nullable=False),
    Column("banned_at", UtcDateTime, nullable=False),
)

# Who reported is nowhere: nothing of it has to be forgotten.
reports = Table(
    "reports",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("sticker_id", RowId, ForeignKey("stickers.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reported_at", UtcDateTime, nullable=False),
    UniqueConstraint("sticker_id"),
)

nsfw_scores = Table(
    "nsfw_scores",
    metadata,
    Column("sticker_id", RowId, ForeignKey("stickers.id"), primary_key=True),
    Column("score", Float, nullable=False),
    Column("engine", SafeText, nullable=False),
    Column("version", SafeText, nullable=False),
    Column("ticket", BigInteger, nullable=False),  # what is new since the bot last looked
    Index(None, "score"),
    Index(None, "ticket"),
)

# Who is in it wants to see every sticker; off is no row.
nsfw_people = Table(
    "nsfw_people",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
)

# Who has ever written to the bot in private. Choosing a sticker in a group is not that.
private_chats = Table(
    "private_chats",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("blocked", Boolean, nullable=False),  # as Telegram said when we last wrote
)

# Those that are not over. What they say stays with Telegram. A number is never given twice: the buttons under an
# old preview must not send a new one.
broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("made_by", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("told_in", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

broadcast_recipients = Table(
    "broadcast_recipients",
    metadata,
    Column("broadcast_id", RowId, ForeignKey("broadcasts.id"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("delivery", String(16), nullable=False),
    Index(None, "broadcast_id", "delivery", "user_id"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("name", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("counts", JSON, nullable=False),
    Column("error", SafeText, nullable=False),
    Index(None, "name", "started_at"),
)
