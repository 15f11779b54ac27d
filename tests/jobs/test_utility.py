import numpy as np

from jobs.steps.utility import weigh_stickers


async def test_what_people_chose_lifts_a_sticker_among_its_equals(services, add_pack, picture, choose, seen):
    ids = await add_pack("加油", c1=picture(), c2=picture(colour="blue"))
    one, two = ids.values()

    async def order(query="加油"):
        await services.indexer.drain()
        ranking = (await services.suggester.read(99, query)).ranking
        return [ranked.sticker_id for ranked in ranking if ranked.reason.value == "search"] or [
            ranked.sticker_id for ranked in ranking
        ]

    for user in (7, 8, 8):
        await choose(user, two, "别的词")
    counts = await weigh_stickers(services, seen)
    assert counts == {"choices": 3, "stickers": 1}
    assert await services.serving.refresh()
    # By hand: every count is the largest, so each of the three terms is sqrt(1); without a click sqrt(0.1 / largest).
    utility = services.serving.current.utility.lookup(np.array([one, two, 10**6]))
    unclicked = np.sqrt(0.1 / 3) + np.sqrt(0.1 / 2) + np.sqrt(0.1 / 1)
    np.testing.assert_allclose(utility, [unclicked, 3.0, unclicked], rtol=1e-6)
    assert await order("加油") == [one, two]  # the set's own order: it was asked for by its name
    assert await order("加") == [two, one]


async def test_an_empty_log_gives_every_sticker_the_same(services, add_pack, picture, seen):
    ids = await add_pack("cats", c1=picture(), c2=picture(colour="blue"))
    assert await weigh_stickers(services, seen) == {"choices": 0, "stickers": 0}
    await services.serving.refresh()
    first, second = services.serving.current.utility.lookup(np.array(list(ids.values())))
    assert first == second > 0
