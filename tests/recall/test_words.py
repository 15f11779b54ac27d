"""What people may have meant is guessed from what stickers say and from what several people asked."""

from persrv.recall.forgiving import alternatives
from persrv.recall.words import learn_words
from persrv.text.keys import text_key

LEARNT = learn_words(
    ["开心", "开心", "想哭"],
    [(1, "secret name"), (1, "secret name"), (1, "生日快乐"), (2, "生日快乐"), (2, "生日快乐")],
    ["a drawing of an umbrella"],
)


def test_what_one_person_alone_asked_for_is_known_and_stands_nowhere():
    vocabulary = LEARNT.vocabulary()
    assert "secret" in vocabulary
    assert not any("secret" in entry for entry in LEARNT.entries)
    assert alternatives("secert", vocabulary) == ()
    assert alternatives("secret", vocabulary) == ()


def test_what_two_people_asked_for_is_guessed_and_counts_as_often_as_it_was_chosen_for():
    assert LEARNT.counts[LEARNT.entries.index("生日快乐")] == 3
    assert alternatives("shengrikuaile", LEARNT.vocabulary())[0].text == "生日快乐"


def test_what_many_stickers_say_comes_first():
    places = [LEARNT.entries.index(entry) for entry in ("开心", "想哭")]
    assert places == sorted(places)
    assert LEARNT.counts[places[0]] == 2


def test_words_of_descriptions_are_known_and_no_guesses():
    assert text_key("umbrella") in LEARNT.known
    assert alternatives("umbrela", LEARNT.vocabulary()) == ()


def test_nothing_gives_nothing():
    empty = learn_words([], [])
    assert empty.entries == ()
    assert alternatives("anything", empty.vocabulary()) == ()
