import math

import numpy as np
import pytest

from jobs.steps.embed import embed_stickers
from jobs.steps.preference import learn_styles
from persrv.config import Settings
from persrv.domain.work import Task
from persrv.errors import StorageError
from persrv.preference.profile_bytes import profile_from_bytes


@pytest.fixture(params=["persrv", "persrv-plus"])
def settings(request, tmp_path):
    return Settings(data_dir=tmp_path / "data", ranking=request.param)


@pytest.fixture
async def two_styles(add_pack, picture):
    """Eight flat discs and eight soft balls, in the same colours; every one says 笑."""
    colours = ("#e34", "#3a7", "#36c", "#b5c", "#c93", "#5bb", "#777", "#a33")
    flat = await add_pack("flat", **{f"f{n}": picture("笑", colour=colour) for n, colour in enumerate(colours)})
    soft = await add_pack(
        "soft", **{f"s{n}": picture("笑", colour=colour, soft=True) for n, colour in enumerate(colours)}
    )
    return list(flat.values()), list(soft.values())


async def search(services, user_id, query="笑"):
    await services.indexer.drain()
    return (await services.suggester.read(user_id, query)).ranking


async def say(services, ids, text="笑"):
    """Give stickers words, as OCR would."""
    from persrv.bootstrap import utc_now
    from persrv.domain.semantics import SemanticField
    from persrv.domain.work import Made, Maker

    made = [Made(sticker_id, {SemanticField.OCR: text}) for sticker_id in ids]
    await services.semantics.save(Task.OCR, made, maker=Maker("test", "1"), at=utc_now())


async def test_two_people_who_like_different_styles_get_different_orders_for_the_same_words(
    services, two_styles, choose, seen
):
    flat, soft = two_styles
    await say(services, flat + soft)
    for sticker in flat[:3]:
        await choose(7, sticker, "别的")
    for sticker in soft[:3]:
        await choose(8, sticker, "别的")
    assert (await embed_stickers(services, seen))["done"] == 16
    counts = await learn_styles(services, seen)
    assert (counts["done"], counts["profiles"]) == (2, 2)
    await services.serving.refresh()
    mine, theirs, stranger = [await search(services, user) for user in (7, 8, 99)]
    assert {place.sticker_id for place in mine[:5]} <= set(flat)
    assert {place.sticker_id for place in theirs[:5]} <= set(soft)
    # A stranger gets the recall order: all match alike, so the lower id first.
    assert [place.sticker_id for place in stranger] == flat + soft
    assert all(place.preference == 0.0 and place.factor == 1.0 for place in stranger)
    for place in mine:
        recall = sum(place.by_field.values()) + place.utility + sum(place.beyond.values())
        settings = services.settings
        by_style = {
            "persrv": 1 + settings.ranking_alpha * place.preference,
            "persrv-plus": math.exp(settings.plus_style * place.preference),
        }
        assert place.score == pytest.approx(recall * by_style[settings.ranking])


async def test_each_choice_counts_at_once(services, two_styles, choose, seen):
    flat, soft = two_styles
    await say(services, flat + soft)
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    await services.serving.refresh()
    assert (await search(services, 7))[0].sticker_id == flat[0]
    await choose(7, soft[5], "别的")
    services.chosen(7, soft[5])
    profile = await services.styles.refresh(7)
    assert profile.choices == 1
    assert {place.sticker_id for place in (await search(services, 7))[:3]} <= set(soft)
    stored = await services.profiles.load(7, services.serving.current.space_id)
    np.testing.assert_array_equal(profile_from_bytes(stored).centroids, profile.centroids)


@pytest.mark.parametrize(("ahead", "loaded"), [(True, 1), (False, 0)], ids=["the bot", "persrv search"])
async def test_what_a_choice_takes_is_loaded_ahead_by_the_bot_alone(
    services, two_styles, seen, monkeypatch, ahead, loaded
):
    times = []
    monkeypatch.setattr("persrv.bootstrap.services.load_fitting", lambda: times.append(1))
    await services.warm_up(ahead=ahead)
    assert times == []  # no styles yet
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    await services.serving.refresh()
    await services.warm_up(ahead=ahead)
    assert len(times) == loaded


async def test_only_new_stickers_are_embedded_and_the_space_stays_so_that_profiles_stay_valid(
    services, two_styles, choose, seen, add_pack, picture
):
    await choose(7, two_styles[0][0])
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    await services.serving.refresh()
    before = services.serving.current
    more = await add_pack("more", m1=picture(colour="#123"))
    assert (await embed_stickers(services, seen))["done"] == 1
    await learn_styles(services, seen)
    await services.serving.refresh()
    after = services.serving.current
    assert after.space_id == before.space_id
    assert len(after.vectors) == more["m1"] + 1
    np.testing.assert_array_equal(after.vectors[: len(before.vectors)], before.vectors)


async def test_a_catalogue_that_has_grown_by_half_gets_a_new_space_and_everybody_a_profile_in_it(
    services, two_styles, choose, seen, add_pack, picture
):
    await choose(7, two_styles[0][0])
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    await services.serving.refresh()
    old = services.serving.current.space_id
    await add_pack("more", **{f"m{n}": picture(f"好{n}", colour=f"#{n}{n}{n}") for n in range(8)})
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    new = services.artefacts.current().notes["space_id"]
    assert new != old
    assert await services.profiles.load(7, new) is not None
    assert await services.profiles.load(7, old) is None
    # The bot has not looked yet: it still serves the old space, and ranks by nothing rather than by a mixture.
    assert services.serving.current.space_id == old
    await services.serving.refresh()
    assert (await services.styles.profile(7)).space_id == new


async def test_a_night_that_ends_before_the_publication_changes_nothing_that_serves(
    services, two_styles, choose, seen, add_pack, picture, monkeypatch
):
    flat, soft = two_styles
    await say(services, flat + soft)
    await choose(7, soft[0], "别的")
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    await services.serving.refresh()
    before = [place.sticker_id for place in await search(services, 7)]
    await add_pack("more", **{f"m{n}": picture(f"好{n}", colour=f"#{n}{n}{n}") for n in range(8)})
    await embed_stickers(services, seen)

    def full(*_arguments):
        raise StorageError("The disk is full.")

    monkeypatch.setattr(type(services.artefacts), "publish", full)
    with pytest.raises(StorageError):
        await learn_styles(services, seen)
    await services.serving.refresh()
    assert [place.sticker_id for place in await search(services, 7)] == before


async def test_rows_that_were_lost_are_embedded_again(services, two_styles, seen, settings):
    await embed_stickers(services, seen)
    for path in settings.embeddings_dir.rglob("states.u8"):
        path.write_bytes(b"")
    assert (await embed_stickers(services, seen))["done"] == 16


async def test_without_a_sticker_there_is_nothing_to_publish(services, seen):
    assert (await embed_stickers(services, seen))["done"] == 0
    await learn_styles(services, seen)
    assert services.artefacts.current().generation == ""


async def test_choices_of_retired_stickers_still_tell_a_style(services, two_styles, choose, seen):
    flat, soft = two_styles
    await say(services, flat + soft)
    for sticker in soft[:3]:
        await choose(7, sticker, "别的")
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    await services.catalogue.retire_pack("soft", "gone")
    await services.serving.refresh()
    profile = await services.styles.refresh(7)
    assert profile.distinct == 3
    assert all(place.sticker_id in flat for place in await search(services, 7))


async def test_a_file_that_cannot_be_embedded_is_on_record_and_the_others_are_embedded(services, two_styles, seen):
    flat, _ = two_styles
    sticker = await services.catalogue.sticker_by_identity("f0")
    await services.media.write("f0", sticker.format, b"no picture")
    counts = await embed_stickers(services, seen)
    assert (counts["done"], counts["failed"]) == (15, 1)
    (failure,) = await services.semantics.failures(Task.EMBED)
    assert failure.sticker_id == flat[0]
