"""The sticker sets that this Telegram knows."""

from __future__ import annotations

from collections.abc import Iterator

from bot.sandbox.files import FileStore
from bot.sandbox.model import FileKind, StickerItem, StickerSet
from bot.sandbox.packs.model import SamplePack, SampleSticker
from bot.sandbox.refusals import bad_request
from persrv.domain.stickers import PackKind, StickerFormat

MIME = {
    StickerFormat.STATIC: "image/webp",
    StickerFormat.ANIMATED: "application/x-tgsticker",
    StickerFormat.VIDEO: "video/webm",
}


class StickerSets:
    """Sets by name, without case. Not locked: the world's lock guards it."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._sets: dict[str, StickerSet] = {}
        self._loose: dict[str, StickerItem] = {}
        self._items: dict[str, StickerItem] = {}

    def put(self, pack: SamplePack, kind: PackKind = PackKind.REGULAR) -> StickerSet:
        """Add a set, or replace the one of that name; its files are read now.

        :raises OSError: a sticker's file cannot be read.
        """
        stickers = tuple(self._item(sample, pack.name) for sample in pack.stickers)
        made = StickerSet(pack.name, pack.title, kind, stickers, pack.credit)
        self._sets[pack.name.lower()] = made
        self._items = self._indexed()
        return made

    def remove(self, name: str) -> None:
        """Forget a set; its files stay valid, as they do in Telegram."""
        gone = self._sets.pop(name.lower(), None)
        if gone is not None:
            self._loose |= {item.file.unique_id: item for item in gone.stickers}
            self._items = self._indexed()

    def upload(self, data: bytes, sticker_format: StickerFormat, emoji: str, size: tuple[int, int]) -> StickerItem:
        """A sticker that was sent as a file: it has no set unless its content is a known set's."""
        item = self._keep(data, sticker_format, emoji, "", size)
        known = self._items.get(item.file.unique_id)
        if known is not None:
            return known
        self._loose[item.file.unique_id] = item
        self._items[item.file.unique_id] = item
        return item

    def named(self, name: str) -> StickerSet:
        """The set of that name.

        :raises Refusal: there is none.
        """
        found = self._sets.get(name.lower())
        if found is None:
            raise bad_request("STICKERSET_INVALID")
        return found

    def sticker(self, unique_id: str) -> StickerItem | None:
        """The sticker of that identity, or None; the set that had it first names it."""
        return self._items.get(unique_id)

    def __iter__(self) -> Iterator[StickerSet]:
        return iter(tuple(self._sets.values()))

    def _item(self, sample: SampleSticker, set_name: str) -> StickerItem:
        size = (sample.width, sample.height)
        return self._keep(sample.path.read_bytes(), sample.format, sample.emoji, set_name, size)

    def _keep(
        self, data: bytes, sticker_format: StickerFormat, emoji: str, set_name: str, size: tuple[int, int]
    ) -> StickerItem:
        file = self._files.add(
            data,
            FileKind.STICKER,
            mime=MIME[sticker_format],
            suffix=sticker_format.suffix,
            width=size[0],
            height=size[1],
        )
        return StickerItem(file, sticker_format, emoji, set_name)

    def _indexed(self) -> dict[str, StickerItem]:
        items: dict[str, StickerItem] = {}
        for sticker_set in self._sets.values():
            for item in sticker_set.stickers:
                items.setdefault(item.file.unique_id, item)
        return self._loose | items
