"""What is wrong with a dataset, gathered so that a person can mend several rows at once."""

from __future__ import annotations

from pathlib import Path

from persrv.errors import DatasetInvalid

MOST = 10
"""Problems that are shown at once; reading stops there."""


def not_utf8(path: Path, error: UnicodeDecodeError) -> DatasetInvalid:
    """What is said of a file in another encoding, as spreadsheets save it."""
    return DatasetInvalid(f"{path} is not in UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8.")


class Problems:
    """Gathers sentences of the form "file, line 3: reason, and what would be right"."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, path: Path, line: int | None, reason: str) -> None:
        """Note one.

        :raises DatasetInvalid: there are many already.
        """
        self._found.append(f"{path}{'' if line is None else f', line {line}'}: {reason}")
        if len(self._found) >= MOST:
            self._raise(" Perhaps there are more.")

    def raise_if_any(self) -> None:
        """Say at the end of a file whether all of it was right.

        :raises DatasetInvalid: it was not.
        """
        if self._found:
            self._raise("")

    def _raise(self, more: str) -> None:
        if len(self._found) == 1:
            raise DatasetInvalid(f"{self._found[0]} Nothing was taken in.")
        head = f"Nothing was taken in, as {len(self._found)} rows are wrong.{more}"
        raise DatasetInvalid("\n".join([head, *(f"  {sentence}" for sentence in self._found)]))
