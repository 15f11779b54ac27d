"""What is done to a file: each mutation is named, and drawn by a seeded lot."""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from benchmarks.fuzz.samples import Sample

Mutation = Callable[[bytes, bytes, random.Random], bytes]
"""(the file, another one of its kind, the lot) -> the mutated file."""

EDGES: Final = (0, 1, 0x7F, 0x80, 0xFF, 0x3FFF, 0x7FFF, 0xFFFF, 0xFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
HOSTILE: Final = (
    *(None, True, -1, 0, 1, 1e308, -1e308, 1e999, 1e-320, 2**31, 2**63, 0.1, "", "x", "one", [], {}, [[]], [0]),
    *([1e9, -1e9], [None], {"a": 1, "k": []}, {"a": 0, "k": None}, {"x": {"y": []}}, "\ud800", "9" * 400),
)
"""Values in the place of others in a drawing's JSON."""


def flip_bits(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """One to thirty-two bits."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 8, 32))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def cut_off(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """The end is missing."""
    return data[: dice.randrange(len(data))]


def splice(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """The beginning of one file, the end of another."""
    return data[: dice.randrange(len(data))] + other[dice.randrange(len(other)) :]


def repeat_piece(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """A piece comes twice, or a hundred times."""
    start = dice.randrange(len(data))
    piece = data[start : start + dice.choice((1, 4, 16, 256))]
    return data[:start] + piece * dice.choice((2, 2, 9, 100)) + data[start:]


def remove_piece(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """A piece is missing in the middle."""
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.choice((1, 2, 4, 16, 256)) :]


def change_length(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """A field of one to four bytes, mostly near the beginning where lengths and sizes stand, says something else."""
    size = dice.choice((1, 2, 3, 4, 4))
    start = dice.randrange(min(len(data), dice.choice((40, 200, len(data)))))
    value = dice.choice(EDGES) & (1 << 8 * size) - 1
    return data[:start] + value.to_bytes(size, dice.choice(("little", "big"))) + data[start + size :]


def claim_much(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """Huge dimensions, where this format writes them."""
    huge = dice.choice((0x0FFF, 0x3FFF, 0xFFFF))
    if data[12:16] == b"VP8X":
        wide = dice.choice((0x3FFF, 0xFFFF, 0xFFFFFF))
        return data[:24] + wide.to_bytes(3, "little") * 2 + data[30:]
    if data[12:16] == b"VP8L":
        return data[:21] + b"\xff\xff\xff" + data[24:]
    if data[12:16] == b"VP8 ":
        return data[:26] + huge.to_bytes(2, "little") * 2 + data[30:]
    for element in (b"\xb0\x82", b"\xba\x82", b"\xb0\x81", b"\xba\x81"):  # PixelWidth and PixelHeight of Matroska
        found = data.find(element)
        if found > 0:
            length = element[1] & 0x7F
            data = (
                data[: found + 2] + (huge & (1 << 8 * length) - 1).to_bytes(length, "big") + data[found + 2 + length :]
            )
    return data


def noise(_data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """The right magic, then anything."""
    magic = dice.choice(
        (b"RIFF\xff\xff\x00\x00WEBPVP8X", b"\x1f\x8b\x08\x00", b"\x1a\x45\xdf\xa3", b"\x89PNG\r\n\x1a\n", b"GIF89a")
    )
    return magic + dice.randbytes(dice.choice((0, 1, 30, 400, 5000)))


BYTES: Final[tuple[Mutation, ...]] = (
    *(flip_bits, flip_bits, cut_off, splice, repeat_piece, remove_piece, change_length, change_length),
    *(claim_much, noise),
)


# A drawing's JSON


def change_value(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """Some values become hostile ones."""
    document = json.loads(data)
    for _ in range(dice.choice((1, 1, 2, 5))):
        holder, key = _somewhere(document, dice)
        value = holder[key]
        choices: tuple[object, ...] = HOSTILE
        if isinstance(value, int | float) and dice.random() < 0.5:
            choices = (value * 1e6, -value, value + 1, value * 1e-9, int(value) << 40)
        holder[key] = copy.deepcopy(dice.choice(choices))
    return json.dumps(document).encode()


def drop_key(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """Something is missing."""
    document = json.loads(data)
    holder, key = _somewhere(document, dice)
    del holder[key]
    return json.dumps(document).encode()


def graft(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """A part of one drawing in the place of a part of another."""
    document, donor = json.loads(data), json.loads(other)
    holder, key = _somewhere(document, dice)
    giver, given = _somewhere(donor, dice)
    holder[key] = giver[given]
    return json.dumps(document).encode()


def multiply(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """A list's members come many times."""
    document = json.loads(data)
    for _ in range(50):
        holder, key = _somewhere(document, dice)
        if isinstance(holder[key], list) and holder[key]:
            holder[key] = holder[key] * dice.choice((2, 10, 40))
            break
    return json.dumps(document).encode()


def show_itself(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """Compositions that show themselves, each other, or nothing that is there."""
    document = json.loads(data)
    use = {
        "ty": 0,
        "refId": dice.choice(("a", "b", "gone")),
        "w": 9,
        "h": 9,
        "ip": 0,
        "op": 60,
        "st": 0,
        "sr": 1,
        "ks": {},
    }
    document["assets"] = [{"id": "a", "layers": [use]}, {"id": "b", "layers": [{**use, "refId": "a"}]}]
    document["layers"] = [*document.get("layers", []), use]
    return json.dumps(document).encode()


def nest(data: bytes, _other: bytes, dice: random.Random) -> bytes:
    """Thousands of levels, at the top or inside of the drawing's shapes."""
    depth = dice.choice((200, 900, 5_000, 200_000))
    opening, closing = dice.choice(((b"[", b"]"), (b'{"k":', b"}"), (b'{"ty":"gr","it":[', b"]}")))
    deep = opening * depth + b"0" + closing * depth
    if dice.random() < 0.5:
        return deep
    return data.replace(b'"shapes": [', b'"shapes": [' + deep + b",", 1).replace(
        b'"shapes":[', b'"shapes":[' + deep + b",", 1
    )


def other_text(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """Bytes of the JSON, whatever they mean."""
    return dice.choice(BYTES[:7])(data, other, dice)


JSON: Final[tuple[Mutation, ...]] = (
    *(change_value, change_value, change_value, drop_key, graft, graft, multiply, show_itself, nest, other_text),
)


@cache
def _bombs() -> tuple[bytes, ...]:
    """Gzip files of some kilobytes that unpack to much: zeros, white space, a list; one of many members."""
    zeros = gzip.compress(bytes(400_000_000), 9, mtime=0)
    spaces = gzip.compress(b'{"v":"5"' + b" " * 60_000_000 + b"}", 9, mtime=0)
    numbers = gzip.compress(b"[" + b"0," * 12_000_000 + b"0]", 9, mtime=0)
    return zeros, spaces, numbers, gzip.compress(b"{", mtime=0) * 20_000


def mutated(sample: Sample, other: Sample, dice: random.Random) -> tuple[str, bytes]:
    """What was done, by name, and the file that came of it.

    :param other: Another sample of the same kind.
    """
    if sample.kind == "lottie":
        mutation = dice.choice(JSON)
        return mutation.__name__, gzip.compress(mutation(sample.data, other.data, dice), 1, mtime=0)
    if sample.kind == "tgs" and dice.random() < 0.01:
        return "gzip_bomb", dice.choice(_bombs())
    mutation = dice.choice(BYTES)
    data = mutation(sample.data, other.data, dice)
    if dice.random() < 0.2:
        data = dice.choice(BYTES)(data or b"\0", other.data, dice)
    return mutation.__name__, data


def _somewhere(document: Any, dice: random.Random) -> tuple[Any, Any]:
    """A place in a document: what holds it, and the key or number there; deeper ones are as likely as others."""
    places: list[tuple[Any, Any]] = []
    todo = [document]
    while todo:
        holder = todo.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            places.append((holder, key))
            if isinstance(value, dict | list):
                todo.append(value)
    return dice.choice(places)
