"""What the catalogue promises of packs and stickers (`persrv.ports.storage.CatalogueStore`)."""

from __future__ import annotations

from persrv.domain.stickers import MediaState, PackKind, PackState, StickerFormat


async def identities(catalogue, pack_id: int) -> list[str]:
    return [sticker.file_unique_id for sticker in await catalogue.pack_stickers(pack_id)]


async def emptied(queue) -> None:
    await queue.done(await queue.waiting(10_000))


async def waiting(queue, catalogue) -> set[str]:
    """The identities of the stickers that wait for the index (only live ones have a name here)."""
    return {s.file_unique_id for s in (await catalogue.stickers(list(await queue.waiting(10_000)))).values()}


# Requests


async def test_a_new_request_is_a_pending_pack(catalogue):
    pack = await catalogue.request_pack("Cats", requested_by=7, progress_chat=8)
    assert (pack.name, pack.title, pack.kind, pack.state) == ("Cats", "", PackKind.REGULAR, PackState.PENDING)
    assert (pack.requested_by, pack.progress_chat, pack.fetched_at) == (7, 8, None)
    assert (pack.sticker_count, pack.wanted_count, pack.problem) == (0, 0, "")


async def test_a_name_is_the_same_whatever_its_case(catalogue):
    one = await catalogue.request_pack("Cats", requested_by=7, progress_chat=None)
    two = await catalogue.request_pack("cATS", requested_by=None, progress_chat=None)
    assert one.id == two.id
    assert await catalogue.pack("CATS") == two


async def test_a_repeated_request_keeps_the_first_person_and_tells_the_last_chat(catalogue):
    await catalogue.request_pack("cats", requested_by=7, progress_chat=7)
    pack = await catalogue.request_pack("cats", requested_by=9, progress_chat=9)
    assert (pack.requested_by, pack.progress_chat) == (7, 9)


async def test_a_request_without_a_chat_does_not_take_the_progress_from_one_that_waits(catalogue):
    await catalogue.request_pack("cats", requested_by=7, progress_chat=7)
    waits = await catalogue.request_pack("cats", requested_by=None, progress_chat=None)
    assert waits.progress_chat == 7
    await catalogue.finish_pack("cats")
    nightly = await catalogue.request_pack("cats", requested_by=None, progress_chat=None)
    assert nightly.progress_chat is None


async def test_a_known_pack_that_is_asked_for_again_becomes_pending(catalogue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1"), at=at(0))
    await catalogue.finish_pack("cats")
    assert (await catalogue.pack("cats")).state is PackState.ACTIVE
    pack = await catalogue.request_pack("cats", requested_by=7, progress_chat=None)
    assert (pack.state, pack.requested_by, pack.title) == (PackState.PENDING, 7, "Cats")


async def test_pending_packs_come_oldest_request_first(catalogue):
    for name in ("one", "two", "three", "one"):
        await catalogue.request_pack(name, requested_by=None, progress_chat=None)
    await catalogue.finish_pack("three")
    assert [pack.name for pack in await catalogue.pending_packs()] == ["two", "one"]


# Saving a set


async def test_a_saved_pack_has_its_stickers_in_telegrams_order(catalogue, a_pack, at):
    change = await catalogue.save_pack(a_pack("cats", "z", "a", "m😂"), at=at(3))
    assert (change.added, change.changed, change.removed, change.unchanged) == (3, 0, 0, 0)
    assert change.pack.state is PackState.PENDING
    assert change.pack.fetched_at == at(3)
    assert (change.pack.sticker_count, change.pack.wanted_count) == (3, 3)
    found = await catalogue.pack_stickers(change.pack.id)
    assert [sticker.file_unique_id for sticker in found] == ["z", "a", "m"]
    last = found[-1]
    assert (last.file_id, last.emoji, last.pack) == ("f-m", "😂", "cats")
    assert (last.format, last.media, last.media_problem) == (StickerFormat.STATIC, MediaState.WANTED, "")


async def test_saving_the_same_set_again_changes_nothing_and_queues_nothing(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1", "c2"), at=at(0))
    await emptied(queue)
    change = await catalogue.save_pack(a_pack("cats", "c1", "c2"), at=at(1))
    assert (change.added, change.changed, change.removed, change.unchanged) == (0, 0, 0, 2)
    assert await queue.waiting(10) == {}


async def test_a_set_that_changed_is_followed(catalogue, queue, a_pack, at):
    before = await catalogue.save_pack(a_pack("cats", "c1", "c2", "c3", "c4"), at=at(0))
    gone = (await catalogue.sticker_by_identity("c2")).id
    await emptied(queue)
    change = await catalogue.save_pack(a_pack("cats", "c5", "c4", "c3😭", "c1"), at=at(1))
    assert (change.added, change.changed, change.removed, change.unchanged) == (1, 1, 1, 2)
    assert await identities(catalogue, before.pack.id) == ["c5", "c4", "c3", "c1"]
    assert await waiting(queue, catalogue) == {"c5", "c3"}
    assert gone in await queue.waiting(10)
    assert await queue.documents([gone]) == []


async def test_a_new_file_id_is_taken_over_without_indexing(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1"), at=at(0))
    await catalogue.note_media((await catalogue.sticker_by_identity("c1")).id, MediaState.STORED)
    await emptied(queue)
    change = await catalogue.save_pack(a_pack("cats", "c1", file="new"), at=at(1))
    sticker = await catalogue.sticker_by_identity("c1")
    assert (sticker.file_id, sticker.media) == ("new-c1", MediaState.STORED)
    assert (change.changed, change.unchanged) == (0, 1)
    assert await queue.waiting(10) == {}


async def test_a_new_title_queues_all_of_the_pack(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1", "c2"), at=at(0))
    await emptied(queue)
    change = await catalogue.save_pack(a_pack("cats", "c1", "c2", title="Felines"), at=at(1))
    assert (change.changed, change.unchanged, change.pack.title) == (0, 2, "Felines")
    assert await waiting(queue, catalogue) == {"c1", "c2"}


async def test_a_set_that_names_a_sticker_twice_has_it_once(catalogue, a_pack, at):
    change = await catalogue.save_pack(a_pack("cats", "c1", "c2", "c1"), at=at(0))
    assert change.added == 2
    assert await identities(catalogue, change.pack.id) == ["c1", "c2"]


async def test_a_large_set_is_saved_whole(catalogue, a_pack, at):
    names = [f"s{n:04d}" for n in range(1300)]
    change = await catalogue.save_pack(a_pack("big", *names), at=at(0))
    assert change.added == 1300
    assert await identities(catalogue, change.pack.id) == names
    emptier = await catalogue.save_pack(a_pack("big", names[0]), at=at(1))
    assert (emptier.removed, emptier.unchanged) == (1299, 1)
    assert await catalogue.count_stickers() == 1


async def test_an_empty_set_empties_the_pack(catalogue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1"), at=at(0))
    change = await catalogue.save_pack(a_pack("cats"), at=at(1))
    assert (change.removed, change.pack.sticker_count) == (1, 0)


async def test_a_request_and_its_set_are_one_pack_named_as_telegram_names_it(catalogue, a_pack, at):
    asked = await catalogue.request_pack("CATS", requested_by=7, progress_chat=7)
    change = await catalogue.save_pack(a_pack("Cats", "c1"), at=at(0))
    assert (change.pack.id, change.pack.name, change.pack.requested_by) == (asked.id, "Cats", 7)


async def test_an_active_pack_that_is_saved_is_pending_until_it_is_finished(catalogue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1"), at=at(0))
    await catalogue.finish_pack("CATS")
    assert await catalogue.pending_packs() == []
    await catalogue.save_pack(a_pack("cats", "c1", "c2"), at=at(1))
    assert [pack.name for pack in await catalogue.pending_packs()] == ["cats"]


async def test_a_failure_keeps_the_pack_pending_with_its_reason_until_it_is_finished(catalogue):
    await catalogue.request_pack("cats", requested_by=None, progress_chat=None)
    await catalogue.fail_pack("Cats", "Telegram is away.")
    [pack] = await catalogue.pending_packs()
    assert pack.problem == "Telegram is away."
    await catalogue.finish_pack("cats")
    assert (await catalogue.pack("cats")).problem == ""


# Retiring


async def test_a_retired_pack_is_never_shown_but_known(catalogue, a_pack, at):
    saved = await catalogue.save_pack(a_pack("cats", "c1", "c2"), at=at(0))
    sticker = await catalogue.sticker_by_identity("c1")
    assert await catalogue.retire_pack("CATS", "Telegram deleted it.") == 2
    assert await catalogue.packs() == []
    assert await catalogue.packs_titled("cats") == []
    assert await catalogue.pack_names() == frozenset()
    assert await catalogue.pack_stickers(saved.pack.id) == []
    assert await catalogue.wanted_media(saved.pack.id) == []
    assert await catalogue.stickers([sticker.id]) == {}
    assert await catalogue.count_stickers() == 0
    assert await catalogue.sticker_by_identity("c1") == sticker
    [pack] = await catalogue.packs(include_retired=True)
    assert (pack.state, pack.problem, pack.sticker_count) == (PackState.RETIRED, "Telegram deleted it.", 0)


async def test_retiring_takes_only_what_no_other_live_pack_has(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1", "both"), at=at(0))
    await catalogue.save_pack(a_pack("pets", "both", "p1"), at=at(1))
    await emptied(queue)
    assert await catalogue.retire_pack("cats", "gone") == 1
    assert set(await waiting(queue, catalogue)) == {"both"}
    assert len(await queue.waiting(10)) == 2
    assert (await catalogue.sticker_by_identity("both")).pack == "pets"
    retired = await catalogue.pack("cats")
    assert retired.sticker_count == 1


async def test_retiring_twice_or_something_unknown_takes_nothing(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1"), at=at(0))
    await catalogue.retire_pack("cats", "gone")
    await emptied(queue)
    assert await catalogue.retire_pack("cats", "still gone") == 0
    assert await catalogue.retire_pack("dogs", "gone") == 0
    assert await queue.waiting(10) == {}
    assert (await catalogue.pack("cats")).problem == "still gone"


async def test_a_retired_pack_that_is_asked_for_again_is_live_and_queued(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1"), at=at(0))
    await catalogue.retire_pack("cats", "gone")
    await emptied(queue)
    pack = await catalogue.request_pack("cats", requested_by=None, progress_chat=None)
    assert (pack.state, pack.problem, pack.sticker_count) == (PackState.PENDING, "", 1)
    assert await waiting(queue, catalogue) == {"c1"}


async def test_a_retired_pack_that_telegram_has_again_is_live_and_queued(catalogue, queue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1"), at=at(0))
    await catalogue.retire_pack("cats", "gone")
    await emptied(queue)
    change = await catalogue.save_pack(a_pack("cats", "c1"), at=at(1))
    assert (change.unchanged, change.pack.sticker_count) == (1, 1)
    assert await waiting(queue, catalogue) == {"c1"}


async def test_finishing_does_not_bring_a_retired_pack_back(catalogue, a_pack, at):
    await catalogue.save_pack(a_pack("cats", "c1"), at=at(0))
    await catalogue.retire_pack("cats", "gone")
    await catalogue.finish_pack("cats")
    assert (await catalogue.pack("cats")).state is PackState.RETIRED


# Looking up


async def test_packs_come_by_title_and_then_name(catalogue, a_pack, at):
    for name, title in (("z", "apple"), ("b", "Banana"), ("a", "apple"), ("c", "Cherry")):
        await catalogue.save_pack(a_pack(name, title=title), at=at(0))
    assert [pack.name for pack in await catalogue.packs()] == ["a", "z", "b", "c"]


async def test_an_unknown_pack_or_sticker_is_none(catalogue):
    assert await catalogue.pack("nothing") is None
    assert await catalogue.sticker_by_identity("nothing") is None
    assert await catalogue.pack_stickers(99) == []


async def test_packs_are_found_by_normalised_title_or_name(catalogue, a_pack, at):
    await catalogue.save_pack(a_pack("cats_by_x_bot", title="開心 Cats"), at=at(0))
    await catalogue.save_pack(a_pack("other", title="CATS_by_x_bot"), at=at(0))
    assert [pack.name for pack in await catalogue.packs_titled("开心 cats")] == ["cats_by_x_bot"]
    assert [pack.name for pack in await catalogue.packs_titled("cats_by_x_bot")] == ["cats_by_x_bot", "other"]
    assert await catalogue.pack_names() == {"开心 cats", "cats_by_x_bot", "other"}


async def test_a_pack_whose_title_is_not_known_yet_is_not_found_by_an_empty_key(catalogue):
    await catalogue.request_pack("cats", requested_by=None, progress_chat=None)
    assert await catalogue.packs_titled("") == []
    assert await catalogue.pack_names() == {"cats"}


async def test_stickers_are_looked_up_by_any_number_of_ids(catalogue, a_pack, at):
    await catalogue.save_pack(a_pack("big", *(f"s{n:04d}" for n in range(1200))), at=at(0))
    everything = await catalogue.stickers(range(3000, 0, -1))
    assert len(everything) == 1200
    assert list(everything)[:2] == [1200, 1199]
    assert await catalogue.stickers([]) == {}


async def test_a_sticker_in_two_packs_is_one_sticker_named_for_the_first(catalogue, a_pack, at):
    one = await catalogue.save_pack(a_pack("cats", "both", "c1"), at=at(0))
    two = await catalogue.save_pack(a_pack("pets", "p1", "both"), at=at(1))
    assert await catalogue.count_stickers() == 3
    [both, _] = await catalogue.pack_stickers(one.pack.id)
    assert both.pack == "cats"
    assert (await catalogue.pack_stickers(two.pack.id))[1] == both


# Files


async def test_what_became_of_a_file_is_noted(catalogue, a_pack, at):
    pack = (await catalogue.save_pack(a_pack("cats", "c1", "c2", "c3"), at=at(0))).pack
    one, two, _ = await catalogue.pack_stickers(pack.id)
    await catalogue.note_media(one.id, MediaState.STORED)
    await catalogue.note_media(two.id, MediaState.UNUSABLE, "It is not a picture.")
    assert [sticker.file_unique_id for sticker in await catalogue.wanted_media(pack.id)] == ["c3"]
    noted = (await catalogue.stickers([two.id]))[two.id]
    assert (noted.media, noted.media_problem) == (MediaState.UNUSABLE, "It is not a picture.")
    counted = await catalogue.pack("cats")
    assert (counted.sticker_count, counted.wanted_count) == (3, 1)


async def test_an_upload_is_found_by_its_digest_whenever_it_was_noted(catalogue, a_pack, at):
    await catalogue.note_upload("c1", "aa")
    assert await catalogue.uploaded(["aa", "bb"]) == {}
    await catalogue.save_pack(a_pack("cats", "c1", "c2"), at=at(0))
    await catalogue.note_upload("c2", "bb")
    found = await catalogue.uploaded(["aa", "bb", "cc"])
    assert {digest: sticker.file_unique_id for digest, sticker in found.items()} == {"aa": "c1", "bb": "c2"}
    await catalogue.note_upload("c2", "aa")
    assert (await catalogue.uploaded(["aa"]))["aa"].file_unique_id == "c2"
