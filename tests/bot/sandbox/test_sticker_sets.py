"""Sets and files: identities, sending ids, uploads and downloads."""

import httpx
import pytest
import telegram
from telegram.error import BadRequest

from bot.sandbox.server import SandboxServer
from bot.sandbox.world import World
from persrv.domain.stickers import PackKind

MEI = 1001


async def test_a_set_is_found_whatever_the_case_of_its_name(bot: telegram.Bot, draw):
    found = await bot.get_sticker_set("cats_BY_test")
    assert (found.name, found.title, found.sticker_type) == ("Cats_by_test", "Cats by test", "regular")
    first = found.stickers[0]
    assert (first.emoji, first.set_name, first.width, first.height) == ("😀", "Cats_by_test", 48, 32)
    assert not first.is_animated
    assert not first.is_video
    file = await bot.get_file(first.file_id)
    assert bytes(await file.download_as_bytearray()) == draw(0)


async def test_an_unknown_or_removed_set_is_invalid(raw: httpx.AsyncClient, world: World):
    answer = await raw.post("getStickerSet", data={"name": "no_such_set"})
    assert answer.json()["description"] == "Bad Request: STICKERSET_INVALID"
    world.remove_pack("CATS_by_test")
    answer = await raw.post("getStickerSet", data={"name": "Cats_by_test"})
    assert (answer.status_code, answer.json()["description"]) == (400, "Bad Request: STICKERSET_INVALID")


async def test_a_removed_sets_stickers_can_still_be_sent(bot: telegram.Bot, world: World):
    file_id = next(iter(world.sets)).stickers[0].file.file_id
    world.remove_pack("Cats_by_test")
    assert (await bot.send_sticker(MEI, file_id)).sticker.file_id == file_id


async def test_a_changed_set_keeps_the_identity_of_what_stayed(bot: telegram.Bot, world: World, make_pack):
    before = [s.file_unique_id for s in (await bot.get_sticker_set("Cats_by_test")).stickers]
    world.update_pack(make_pack(count=3, start=1))
    after = [s.file_unique_id for s in (await bot.get_sticker_set("Cats_by_test")).stickers]
    assert after[:2] == before[1:]
    assert after[2] not in before


async def test_a_set_can_be_of_another_kind(bot: telegram.Bot, world: World, make_pack):
    world.add_pack(make_pack("Masks", start=50), PackKind.MASK)
    found = await bot.get_sticker_set("Masks")
    assert {found.sticker_type, *(s.type for s in found.stickers)} == {"mask"}


def test_identity_is_the_contents_and_the_sending_id_is_the_bots(make_pack):
    here, again, other = World("1:a"), World("1:a"), World("2:b")
    for world in (here, again, other):
        world.add_pack(make_pack())
    files = [next(iter(world.sets)).stickers[0].file for world in (here, again, other)]
    assert len({file.unique_id for file in files}) == 1
    assert files[0].file_id == files[1].file_id != files[2].file_id


async def test_only_file_ids_of_this_bot_work(bot: telegram.Bot, world: World):
    file = next(iter(world.sets)).stickers[0].file
    for wrong in (file.unique_id, "CAACAgIAAxkBnonsense"):
        with pytest.raises(BadRequest, match=r"(?i)invalid file_id"):
            await bot.get_file(wrong)
        with pytest.raises(BadRequest, match=r"(?i)wrong file identifier/http url specified"):
            await bot.send_sticker(MEI, wrong)


async def test_files_over_twenty_megabytes_cannot_be_downloaded(bot: telegram.Bot, world: World):
    file = next(iter(world.sets)).stickers[0].file
    world.files.claim_size(file.unique_id, 20 * 1024 * 1024 + 1)
    with pytest.raises(BadRequest, match=r"(?i)file is too big"):
        await bot.get_file(file.file_id)


async def test_an_uploaded_sticker_gets_ids_but_no_set(bot: telegram.Bot, draw, tgs_file, red_square, half_green_video):
    static = (await bot.send_sticker(MEI, draw(200), emoji="🐱")).sticker
    assert (static.set_name, static.emoji, static.width, static.height) == (None, "🐱", 48, 32)
    assert (await bot.send_sticker(MEI, static.file_id)).sticker == static
    animated = (await bot.send_sticker(MEI, tgs_file(red_square()))).sticker
    assert (animated.is_animated, animated.is_video) == (True, False)
    video = (await bot.send_sticker(MEI, half_green_video)).sticker
    assert (video.is_animated, video.is_video) == (False, True)
    file = await bot.get_file(video.file_id)
    assert file.file_path.endswith(".webm")
    assert bytes(await file.download_as_bytearray()) == half_green_video


@pytest.mark.parametrize(
    "data", [b"\x89PNG no sticker", b"RIFF\x10\x00\x00\x00WEBPgarbage!", b"\x1f\x8b" + b"x" * 65536]
)
async def test_what_is_no_sticker_is_refused(bot: telegram.Bot, data: bytes):
    with pytest.raises(BadRequest):
        await bot.send_sticker(MEI, data)


async def test_a_file_needs_the_token_and_a_known_path(server: SandboxServer, bot: telegram.Bot, world: World):
    path = next(iter(world.sets)).stickers[0].file.path
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{server.url}/file/bot1:wrong/{path}")).status_code == 401
        assert (await client.get(f"{server.url}/file/bot{bot.token}/stickers/../x")).status_code == 404
        assert (await client.get(f"{server.url}/file/bot{bot.token}/{path}")).status_code == 200
