"""Sets of small drawn pictures that grow, shrink and come into being while the bot runs."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw

from bot.sandbox.packs.model import SamplePack, SampleSticker
from bot.sandbox.world import World
from persrv.domain.stickers import StickerFormat

EMOJI = "😀😂😍😭🎉👍🐱🌙❤🔥😡😴🤔🙏🍺🎂"
SIDE = 96
MOST_PACKS = 30


class PackMaker:
    """Draws sets into a folder and lets the stand-in know them."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self._sets: dict[str, list[int]] = {}

    def add(self, stickers: int = 12) -> str:
        """A new set; its name."""
        name = f"Soak{len(self._sets)}_by_persrv_bot"
        self._sets[name] = list(range(stickers))
        self._publish(name)
        return name

    def change(self, dice: random.Random) -> str:
        """Make a set, or change one: a sticker comes, or one goes. Its name."""
        if len(self._sets) < MOST_PACKS and dice.random() < 0.4:
            return self.add(dice.randint(3, 12))
        name = dice.choice(list(self._sets))
        numbers = self._sets[name]
        if len(numbers) > 3 and dice.random() < 0.5:
            numbers.remove(dice.choice(numbers))
        else:
            numbers.append(max(numbers) + 1)
        self._publish(name)
        return name

    def _publish(self, name: str) -> None:
        stickers = tuple(
            SampleSticker(self._picture(name, number), StickerFormat.STATIC, EMOJI[number % len(EMOJI)], SIDE, SIDE)
            for number in self._sets[name]
        )
        self._world.add_pack(SamplePack(name, f"{name.partition('_')[0]} 好 cat", stickers, "drawn by the soak"))

    def _picture(self, name: str, number: int) -> Path:
        """A set has a hue and a shape of its own: a style."""
        path = self._folder / f"{name}-{number}.webp"
        if not path.exists():
            dice = random.Random(f"{name} {number}")
            style = random.Random(name)
            hue = tuple(style.randrange(256) for _ in range(3))
            picture = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
            pen = ImageDraw.Draw(picture)
            shape = style.choice((pen.ellipse, pen.rectangle))
            for _ in range(style.randint(1, 5)):
                left, top = dice.randrange(SIDE // 2), dice.randrange(SIDE // 2)
                box = (left, top, left + dice.randint(20, SIDE // 2), top + dice.randint(20, SIDE // 2))
                colour = tuple((channel + dice.randrange(40)) % 256 for channel in hue)
                shape(box, fill=(*colour, 255), outline=(0, 0, 0, 255), width=style.randrange(4))
            picture.save(path, "WEBP", lossless=True)
        return path
