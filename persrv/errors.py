"""Every error that PerSRV raises on purpose.

    PerSRVError
    ├── ConfigurationError      a setting is missing or wrong; names every one at once
    ├── StorageError            the database cannot be read or written
    │   ├── MigrationError      the database is from another version
    │   └── ArtefactsDamaged    what the nightly jobs computed cannot be read
    ├── BackupInvalid           a file to restore is damaged, not ours or of a newer version
    ├── JobBusy                 another job is running
    ├── SearchIndexError        the search index cannot be read or written
    │   └── IndexBusy           another process is writing it
    ├── MediaError              a sticker file cannot be used
    │   ├── MediaCorrupt        it does not decode as what it claims to be
    │   └── MediaTooLarge       it is over a limit (bytes, pixels, frames, time, memory)
    ├── OcrFailed               the OCR engine broke on a sticker
    ├── NsfwFailed              the NSFW engine broke on a sticker
    ├── CaptionUnavailable      the captioning engine cannot be reached, or refuses us for now
    ├── DatasetInvalid          a dataset folder is missing, or something in it is wrong
    ├── FinetuneFailed          a fine-tuning run cannot start, go on or finish
    ├── AnswerNotWanted         who asked has asked something newer meanwhile
    ├── TelegramUnavailable     the Bot API cannot be reached or refuses us for now
    │   └── TokenRejected       the Bot API does not know the token
    ├── PackNotFound            Telegram has no set of that name
    ├── PackNameInvalid         this is not a set's name or link
    ├── PackBanned              an admin keeps this set out
    └── SourceInvalid           a folder to import is missing, holds no sticker, or is called like another one

A message is a sentence for a person: what is wrong and what to do. It never holds a token or a query.
"""


class PerSRVError(Exception):
    """The root of all errors that PerSRV raises on purpose."""


class ConfigurationError(PerSRVError):
    """One or more settings are missing or wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class StorageError(PerSRVError):
    """The database cannot be read or written."""


class MigrationError(StorageError):
    """The database was made by another version and cannot be brought to this one."""


class ArtefactsDamaged(StorageError):
    """What the nightly jobs computed cannot be read; the next night computes it anew."""


class BackupInvalid(PerSRVError):
    """A file to restore is damaged, is no backup of ours, or is one of a newer version; nothing was changed."""


class JobBusy(PerSRVError):
    """Another job is running; one runs at a time."""


class SearchIndexError(PerSRVError):
    """The search index cannot be read or written."""


class IndexBusy(SearchIndexError):
    """Another process is writing the search index."""


class MediaError(PerSRVError):
    """A sticker file cannot be used."""


class MediaCorrupt(MediaError):
    """The bytes do not decode as what they claim to be."""


class MediaTooLarge(MediaError):
    """The file is over a limit: bytes, pixels, frames, time or memory."""


class OcrFailed(PerSRVError):
    """The OCR engine broke on a sticker; others may be read."""


class NsfwFailed(PerSRVError):
    """The NSFW engine broke on a sticker; others may be scored."""


class CaptionUnavailable(PerSRVError):
    """The captioning engine cannot be reached, or refuses us for now; no sticker is to blame."""


class DatasetInvalid(PerSRVError):
    """A dataset folder is missing, or something in it is wrong; the message names the file, the line and why."""


class FinetuneFailed(PerSRVError):
    """A fine-tuning run cannot start, go on or finish."""


class AnswerNotWanted(PerSRVError):
    """Who asked has asked something newer meanwhile; nothing was answered, and nothing is wrong."""


class TelegramUnavailable(PerSRVError):
    """The Bot API cannot be reached, or refuses us for now."""


class TokenRejected(TelegramUnavailable):
    """The Bot API does not know the bot token."""


class PackNotFound(PerSRVError):
    """Telegram has no sticker set of that name."""


class PackNameInvalid(PerSRVError):
    """The text is neither a sticker set's name nor a link to one."""


class PackBanned(PerSRVError):
    """An admin has banned this sticker set."""


class SourceInvalid(PerSRVError):
    """A folder to import does not exist or holds no sticker."""
