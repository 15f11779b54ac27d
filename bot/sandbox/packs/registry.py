"""Which sample packs there are: names, titles, stickers; how each is drawn is in `styles/`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.packs.phrases import BY_KEY, PHRASES
from persrv.domain.stickers import StickerFormat


@dataclass(frozen=True, slots=True)
class StickerDesign:
    """One sticker to draw.

    :param key: What the style calls it; also its file's name.
    :param emoji: The emoji that its artist gives.
    """

    key: str
    emoji: str


@dataclass(frozen=True, slots=True)
class PackDesign:
    """One pack to draw.

    :param key: Short, for people and folders: "mochi".
    :param module: The style's module in `styles/`, which has a function `function(key) -> bytes`.
    """

    key: str
    title: str
    credit: str
    format: StickerFormat
    module: str
    stickers: tuple[StickerDesign, ...]
    function: str = "draw"

    @property
    def name(self) -> str:
        """The set's name, as in `t.me/addstickers/NAME`: Telegram wants the bot's name at its end."""
        return f"persrv_{self.key}_by_persrv_bot"


_OWN = "Drawn by PerSRV's own code (MIT). Captions in Noto Sans SC and Noto Serif SC (SIL OFL 1.1)."
_OPENMOJI = "OpenMoji (openmoji.org), CC BY-SA 4.0; rims and paper added."

_FACES = (
    "😀 😃 😄 😁 😆 😅 🤣 😂 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😋 😜 🤪"
    " 🤗 🤭 🤫 🤔 🤨 😐 😑 😶 😏 😒 🙄 😔 🤤 😴 😷 🤢 🥵 🥶 🥴 🤯"
    " 🤠 🥳 😎 🤓 😮 😳 🥺 😢 😭 😱 😩 🥱 😤 😡 🤬 💀 💩 🤡 👻 🤖"
)
_LIFE = (
    "🐶 🐱 🐭 🐹 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🐔 🐧 🦆 🦉 🐺"
    " 🦄 🐝 🦋 🐢 🐙 🐬 🐳 🐘 🦒 🦔 🍎 🍉 🍓 🍑 🥑 🌽 🍞 🍕 🍔 🍟"
    " 🌮 🍜 🍣 🍚 🥟 🍦 🍩 🍪 🎂 🍫 🍿 ☕ 🍵 🍺 🍷 🧋 ⚽ 🏀 🏸 🏊"
    " 🚴 🎮 🎲 🎸 🎹 🎤 🎨 📚 💻 📱 🚗 🚌 ✈ 🚀 🏠 🏖 ⛰ 🌈 🎉 🎁"
)
_INK = (
    "😀 😂 😉 😍 😘 😜 🤔 😴 😎 😭 😡 🥳 👍 👎 👌 ✌ 🤞 👋 👏 🙏"
    " 💪 🤝 👀 ❤ 💔 🔥 ⭐ 🌙 ☀ 🌧 ❄ 🌸 🌹 🍀 🌵 🐶 🐱 🐰 🐼 🐧"
    " 🐢 🐟 🦋 🐘 🍎 🍕 🍜 🍣 ☕ 🍺 🎂 🎸 ⚽ 📷 💡 ✏ 📎 🔑 ⏰ 🚲"
    " ⛵ 🚀"
)


def _openmoji(row: str) -> tuple[StickerDesign, ...]:
    """OpenMoji names its files by code points in hex, without the variation selector."""
    emoji = row.split()
    return tuple(StickerDesign("-".join(f"{ord(part):04X}" for part in each), each) for each in emoji)


def _phrases(*keys: str, plain: tuple[str, ...] = ()) -> tuple[StickerDesign, ...]:
    """Return phrases' stickers; those named in `plain` get an emoji that says nothing, as artists do."""
    chosen = [BY_KEY[key] for key in keys] if keys else list(PHRASES)
    return tuple(StickerDesign(each.key, "💬" if each.key in plain else each.emoji) for each in chosen)


DESIGNS = (
    PackDesign("mochi", "Mochi 麻薯", _OWN, StickerFormat.STATIC, "mochi",
               _phrases(plain=("ok", "there", "work"))),
    PackDesign("pixelcat", "Pixel Cat 像素猫", _OWN, StickerFormat.STATIC, "pixel_cat",
               _phrases(plain=("got", "off"))),
    PackDesign("ink", "Ink 水墨", _OWN, StickerFormat.STATIC, "ink", _phrases(plain=("cheer", "hungry", "bye"))),
    PackDesign("bubble", "Bubble Talk 气泡对话", _OWN, StickerFormat.STATIC, "bubble_talk",
               _phrases(plain=tuple(p.key for p in PHRASES[::2]))),
    PackDesign("bouncy", "Bouncy 蹦蹦球", _OWN, StickerFormat.ANIMATED, "bouncy",
               _phrases(plain=("speechless", "there"))),
    PackDesign("neon", "Neon 霓虹", _OWN, StickerFormat.VIDEO, "neon",
               _phrases("laugh", "love", "night", "party", "ok", "cheer", "angry", "great", "off", "bye")),
    PackDesign("faces", "OpenMoji Faces 表情", _OPENMOJI, StickerFormat.STATIC, "openmoji", _openmoji(_FACES),
               "draw_colour"),
    PackDesign("life", "OpenMoji Life 生活", _OPENMOJI, StickerFormat.STATIC, "openmoji", _openmoji(_LIFE),
               "draw_colour"),
    PackDesign("lines", "OpenMoji Ink 线稿", _OPENMOJI, StickerFormat.STATIC, "openmoji", _openmoji(_INK),
               "draw_lines"),
)  # fmt: skip
"""In the order in which a person sees them."""
