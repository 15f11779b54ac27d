"""A person types on before the answer is there: only what stands there now is answered."""

import pytest

from persrv.errors import AnswerNotWanted
from tests.bot.live.conftest import ALEX, MEI


@pytest.fixture
def typed_before(world):
    """What people typed while the bot was away; it gets all of that at once."""
    world.inline.timeout = 300.0  # a busy machine may start the bot slowly

    def types(*queries):
        return [world.open_inline_query(person, query) for person, query in queries]

    return types


def test_of_the_letters_that_wait_only_the_last_is_answered_and_nobody_else_waits_in_vain(
    world, start_bot, typed_before, page
):
    letters = typed_before((ALEX, "h"), (ALEX, "ha"), (MEI, "笑"), (ALEX, "hap"))
    start_bot()
    letters[3].answer.result(60)
    letters[2].answer.result(60)
    answered = [call.params["inline_query_id"] for call in world.calls_of("answerInlineQuery")]
    assert sorted(answered) == sorted([letters[2].id, letters[3].id])
    assert not letters[0].answer.done()
    assert not letters[1].answer.done()
    # Typed one after the other, each is answered as ever.
    assert page.person(ALEX).types("h").query_id != page.person(ALEX).types("ha").query_id


def test_what_was_left_out_is_counted_and_does_not_use_up_what_a_person_may_ask(world, start_bot, typed_before):
    letters = typed_before(*((ALEX, "happy"[:end]) for end in range(1, 6)))
    bot = start_bot(queries_a_minute=2)
    letters[-1].answer.result(60)
    again = world.open_inline_query(ALEX, "sad")
    again.answer.result(60)
    assert len(world.calls_of("answerInlineQuery")) == 2
    assert bot.services is not None


def test_a_search_that_nobody_waits_for_any_more_is_not_begun(world, start_bot, make_pack, mei, finds):
    bot = start_bot()
    world.add_pack(make_pack("Cats_by_test", ["🐱"]))
    mei.writes("/addset Cats_by_test")
    finds(mei, "🐱", lambda answer: answer.stickers, 30)
    asked = iter([True, False])
    suggesting = bot.services.suggester.suggest(MEI, "🐱", wanted=lambda: next(asked))
    assert len(bot.do(suggesting).placed) == 1  # asked once, before the one search that there is
    with pytest.raises(AnswerNotWanted):
        bot.do(bot.services.suggester.suggest(MEI, "🐱", wanted=lambda: False))
