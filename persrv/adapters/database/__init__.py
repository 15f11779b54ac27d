"""The database: SQLAlchemy Core over SQLite (aiosqlite), written so that PostgreSQL can take its place.

`Database` hands out connections; the stores implement the ports of `persrv.ports.storage`, `.moderation`, `.nsfw`,
`.own_packs`, `.semantics`, `.learning`, `.jobs`, `.broadcasts` and `.usage`; `upgrade` brings the tables to this
version.
"""

from persrv.adapters.database.bans import SqlBanStore, SqlReportStore
from persrv.adapters.database.broadcasts import SqlBroadcastStore
from persrv.adapters.database.catalogue import SqlCatalogueStore
from persrv.adapters.database.database import Database
from persrv.adapters.database.history import SqlHistoryStore
from persrv.adapters.database.index_queue import SqlIndexQueue
from persrv.adapters.database.job_log import SqlJobLog
from persrv.adapters.database.learning import SqlChoiceLog, SqlProfileStore
from persrv.adapters.database.nsfw import SqlNsfwStore
from persrv.adapters.database.own_packs import SqlOwnPackStore
from persrv.adapters.database.probe import SqlStorageProbe
from persrv.adapters.database.semantics import SqlSemanticsStore
from persrv.adapters.database.upgrade import upgrade
from persrv.adapters.database.usage import SqlUsageStore

__all__ = [
    "Database",
    "SqlBanStore",
    "SqlBroadcastStore",
    "SqlCatalogueStore",
    "SqlChoiceLog",
    "SqlHistoryStore",
    "SqlIndexQueue",
    "SqlJobLog",
    "SqlNsfwStore",
    "SqlOwnPackStore",
    "SqlProfileStore",
    "SqlReportStore",
    "SqlSemanticsStore",
    "SqlStorageProbe",
    "SqlUsageStore",
    "upgrade",
]
