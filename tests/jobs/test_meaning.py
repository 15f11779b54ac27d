"""Meaning, learnt by the job and served by the bot's own suggester, with the packaged text encoder."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import replace

import numpy as np
import pytest

from jobs.runner import run_job
from jobs.steps.embed import embed_stickers
from jobs.steps.meaning import learn_meaning
from jobs.steps.preference import learn_styles
from persrv.adapters.nearest import open_nearest
from persrv.bootstrap import open_services, utc_now
from persrv.config import Settings
from persrv.domain.runs import JobName
from persrv.domain.semantics import SemanticField
from persrv.domain.work import Made, Maker, Task
from persrv.suggest.serving import serving_of
from persrv.text.keys import text_key


async def say(services, **texts):
    """`await say(services, s1="开心")`: give stickers words, as OCR would."""
    made = [Made(int(name[1:]), {SemanticField.OCR: text}) for name, text in texts.items()]
    await services.semantics.save(Task.OCR, made, maker=Maker("test", "1"), at=utc_now())


@pytest.fixture
async def shelf(services, add_pack, picture):
    """Five stickers that say something, or nothing."""
    names = ("happy", "sad", "hungry", "silent", "other")
    ids = await add_pack("shelf", **{name: picture(colour=f"#{n}{n + 2}4") for n, name in enumerate(names)})
    says = {"happy": "快乐", "sad": "我想哭", "hungry": "肚子饿了", "other": "周一"}
    await say(services, **{f"s{ids[name]}": text for name, text in says.items()})
    return ids


async def learn(services, seen):
    await services.indexer.drain()
    counts = await learn_meaning(services, seen)
    await services.serving.refresh()
    await services.warm_up()
    return counts


async def order(services, query, user=99):
    return (await services.suggester.read(user, query)).ranking


async def test_a_word_that_is_on_no_sticker_finds_the_one_that_means_it(services, shelf, seen):
    await services.indexer.drain()
    assert not [place for place in await order(services, "开心") if place.sticker_id == shelf["happy"]]
    await learn(services, seen)
    found = await order(services, "开心")
    assert found[0].sticker_id == shelf["happy"]
    assert dict(found[0].beyond).keys() == {"texts"}
    assert not found[0].by_field
    queries, texts = services.serving.current.learnt.known
    assert texts.of("快乐") is not None  # and so need not be encoded when somebody types it
    assert queries.of("快乐") is None


async def test_queries_that_wait_while_another_is_ranked_are_encoded_together(services, shelf, seen, monkeypatch):
    await learn(services, seen)
    queries = ("开心", "难过", "吃饭")
    alone = [(await services.suggester.read(99, query)).ranking for query in queries]
    services.suggester.forget(99)
    services.query_vectors.forget()
    encoder, batches, begun, go_on = services.query_vectors._encoder, [], threading.Event(), threading.Event()
    encode = encoder.encode

    def slow(texts):
        batches.append(set(texts))
        begun.set()
        assert go_on.wait(10)
        return encode(texts)

    monkeypatch.setattr(encoder, "encode", slow)
    first = asyncio.create_task(services.suggester.read(99, queries[0]))
    assert await asyncio.to_thread(begun.wait, 10)
    others = [asyncio.create_task(services.suggester.read(99, query)) for query in queries[1:]]
    while len(services.query_vectors._expected) < 3:  # noqa: ASYNC110 (nobody tells of it)
        await asyncio.sleep(0.01)
    go_on.set()
    together = [reading.ranking for reading in await asyncio.gather(first, *others)]
    assert queries[0] in batches[0]
    assert not {*queries[1:]} & batches[0]
    assert {*queries[1:]} <= batches[1]
    assert not services.query_vectors._expected
    for one, other in zip(alone, together, strict=True):
        assert [place.sticker_id for place in one] == [place.sticker_id for place in other]
        assert [place.score for place in one] == pytest.approx([place.score for place in other], rel=1e-4)


async def test_what_was_chosen_for_a_query_comes_for_a_near_one_also_without_any_text(services, shelf, choose, seen):
    for person in (1, 2, 3):
        await choose(person, shelf["silent"], "好难过啊")
    await learn(services, seen)
    found = {place.sticker_id: place for place in await order(services, "非常难过")}
    assert found[shelf["silent"]].beyond["meaning"] > 0


async def test_a_sticker_lends_to_one_that_is_chosen_for_the_same(services, shelf, choose, seen):
    for person, query in ((1, "晚安"), (2, "睡了")):
        await choose(person, shelf["silent"], query)
        await choose(person, shelf["other"], query)
    await learn(services, seen)
    lent = {place.sticker_id: place.beyond.get("diffusion", 0.0) for place in await order(services, "周一")}
    assert lent[shelf["silent"]] > 0


FACES_AND_ANIMALS = "😴😢😭🥱😂😉😳😡😍😱🎂🎁🐮🐹🐼🐰🐭🐷🦄🐱🦁🐨🐶🦊"


@pytest.mark.parametrize("times", [1, 5])
async def test_after_the_first_choices_only_what_means_the_same_joins_them(
    services, add_pack, picture, choose, seen, times
):
    """Faces all are "face", and a cow's is one too: what they have in common is not what was chosen for."""
    by_emoji = {}
    for number, emoji in enumerate(FACES_AND_ANIMALS):
        files = {f"s{number}a": picture(colour=f"#{number:02}4"), f"s{number}b": picture(colour=f"#4{number:02}")}
        by_emoji[emoji] = set((await add_pack(f"pack{number}", emoji, **files)).values())
    for person in range(times):
        await choose(person, min(by_emoji["😴"]), "晚安")
        await choose(person, min(by_emoji["😢"]), "想哭")
        await choose(person, min(by_emoji["😍"]), "爱你")
    await learn(services, seen)

    async def first(query, most):
        named = {sticker: emoji for emoji, stickers in by_emoji.items() for sticker in stickers}
        return [named[place.sticker_id] for place in (await order(services, query))[:most]]

    assert set(await first("good night", 2)) == {"😴"}
    assert set(await first("想哭", 4)) == {"😢", "😭"}
    for query in ("good night", "晚安", "想哭"):
        assert not {"🐮", "🐹", "🐼", "🐰", "🐭", "🐷", "🦄"} & set(await first(query, 8)), query


async def test_every_part_is_told_and_they_make_the_score(services, shelf, choose, seen):
    for person, query in ((1, "哭"), (2, "哭"), (2, "哭泣")):
        await choose(person, shelf["sad"], query)
    services.chosen(1, shelf["sad"])
    await embed_stickers(services, seen)
    await learn_styles(services, seen)
    await learn(services, seen)
    found = await order(services, "哭", user=1)
    best = found[0]
    assert best.sticker_id == shelf["sad"]
    assert {"meaning", "texts", "memory", "choices"} <= best.beyond.keys()
    for place in found:
        assert place.recall == pytest.approx(sum(place.by_field.values()) + place.utility + sum(place.beyond.values()))
        assert place.score == pytest.approx(place.recall * place.factor)


async def test_what_is_known_is_not_encoded_again_and_the_same_night_twice_is_the_same(services, shelf, choose, seen):
    await choose(1, shelf["sad"], "哭")
    first = await learn(services, seen)
    before = dict(services.artefacts.current().arrays)
    again = await learn(services, seen)
    after = services.artefacts.current().arrays
    assert (first["encoded"] > 0, again["encoded"]) == (True, 0)
    for name, array in before.items():
        assert np.array_equal(array, after[name]), name


async def test_no_query_can_be_read_from_what_is_kept(services, shelf, choose, seen):
    await choose(1, shelf["sad"], "我的秘密愿望")
    await learn(services, seen)
    kept = services.artefacts.current()
    assert text_key("我的秘密愿望") in kept.arrays["query_keys"]
    folder = services.settings.artefacts_dir
    assert not [path for path in folder.rglob("*") if path.is_file() and "秘密".encode() in path.read_bytes()]


async def test_a_night_without_choices_and_texts_learns_nothing_and_does_not_fail(services, seen):
    counts = await learn(services, seen)
    assert (counts["done"], counts["queries"]) == (0, 0)
    assert await order(services, "开心") == ()


async def test_without_an_encoder_words_and_neighbours_serve_and_the_job_says_so(tmp_path, add_pack, shelf, seen):
    async with open_services(Settings(data_dir=tmp_path / "data", text_encoder="none")) as services:
        await services.indexer.drain()
        counts = await learn_meaning(services, seen)
        assert counts["unencoded"] > 0
        await services.serving.refresh()
        await services.warm_up()
        assert services.aside == ()  # as the admin wants it
        assert [place.sticker_id for place in await order(services, "周一")] == [shelf["other"]]
        assert await order(services, "开心") == ()


async def test_an_encoder_that_cannot_be_loaded_is_said_and_words_serve(tmp_path, add_pack, shelf, seen, caplog):
    empty = tmp_path / "model"
    empty.mkdir()
    async with open_services(Settings(data_dir=tmp_path / "data", text_encoder=str(empty))) as services:
        await services.indexer.drain()
        with caplog.at_level(logging.WARNING):
            await services.warm_up()
        assert "found by words alone" in caplog.text
        (told,) = services.aside
        assert "PERSRV_TEXT_ENCODER" in told
        assert [place.sticker_id for place in await order(services, "周一")] == [shelf["other"]]
        outcome = await run_job(services, JobName.MEANING, seen)
        assert "PERSRV_TEXT_ENCODER" in outcome.problems[JobName.MEANING]


async def test_arrays_that_do_not_fit_together_step_aside(services, shelf, seen, caplog):
    await learn(services, seen)
    services.artefacts.publish({"query_keys": np.arange(7, dtype=np.uint64)}, {})
    with caplog.at_level(logging.WARNING):
        await services.serving.refresh()
    assert services.serving.current.learnt is None
    assert "steps aside" in caplog.text
    (told,) = services.aside
    assert told.startswith("Recall by meaning steps aside: Generation")
    assert "`persrv job meaning` learns it anew" in told
    assert [place.sticker_id for place in await order(services, "周一")] == [shelf["other"]]


async def test_what_a_version_before_this_learnt_steps_aside_until_it_is_learnt_anew(services, shelf, choose, seen):
    """It had who lends to whom, and not how much each borrows."""
    await choose(1, shelf["sad"], "哭")
    await learn(services, seen)
    learnt = services.artefacts.current()
    older = {name: array for name, array in learnt.arrays.items() if name != "borrows"}
    assert serving_of(replace(learnt, arrays=older), open_nearest).learnt is None
    assert serving_of(learnt, open_nearest).learnt is not None


async def test_a_query_of_256_different_characters_is_answered(services, shelf, seen):
    await learn(services, seen)
    await order(services, "".join(chr(0x4E00 + number) for number in range(256)))


async def test_a_sticker_newer_than_what_was_learnt_is_found(services, shelf, add_pack, picture, choose, seen):
    await embed_stickers(services, seen)
    await choose(7, shelf["sad"], "哭")
    await learn_styles(services, seen)
    await learn(services, seen)
    new = (await add_pack("new", n1=picture()))["n1"]
    await say(services, **{f"s{new}": "我想哭"})
    await choose(7, new, "哭")
    services.chosen(7, new)
    await services.indexer.drain()
    assert new in [place.sticker_id for place in await order(services, "想哭", user=7)]


async def test_where_two_rankings_are_interleaved_a_query_is_forgiven_as_ever(services, settings, shelf, seen):
    await learn(services, seen)
    plain = await services.suggester.read(99, "kuaile")
    assert plain.meant
    assert plain.ranking[0].sticker_id == shelf["happy"]
    comparing = settings.model_copy(update={"compare_with": "persrv", "compare_share": 1.0})
    async with open_services(comparing) as others:
        await others.warm_up()
        mixed = await others.suggester.read(99, "kuaile")
        both = await others.suggester.read(99, "快乐")
    assert (mixed.meant, mixed.tokens) == (plain.meant, plain.tokens)
    assert [place.sticker_id for place in mixed.ranking] == [place.sticker_id for place in plain.ranking]
    assert mixed.trial.teams == "-" * len(mixed.ranking)  # the paper's finds nothing: there is nothing to compare
    assert both.ranking[0].sticker_id == shelf["happy"]
