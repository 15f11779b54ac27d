"""What a model is named by: a folder, or a name on the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from persrv.errors import ConfigurationError


def local_folder(name: str, said: str, *wanted: str) -> Path | None:
    """The folder that a name means, or None where it can only be a name on the hub. Nothing is asked for there.

    :param said: The name as a sentence has it, like "PERSRV_CAPTION_MODEL=some/model"; begins the message.
    :param wanted: Files that have to be in the folder.
    :raises ConfigurationError: it looks like a path and is no such folder, or a file is missing in it.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        missing = [file for file in wanted if not (path / file).is_file()]
        if missing:
            raise ConfigurationError([f"{said} is a folder without {', '.join(missing)}. Check the path."])
        return path
    # A name on the hub is "owner/model".
    if path.exists() or path.is_absolute() or name.startswith((".", "~")) or name.count("/") != 1:
        raise ConfigurationError([f"{said} does not exist, or is no folder. Check the path."])
    return None
