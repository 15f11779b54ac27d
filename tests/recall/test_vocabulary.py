"""The words that can be found."""

import random

from persrv.recall.vocabulary import Vocabulary, count_entries
from persrv.text.edits import one_slip_apart
from persrv.text.pinyin import pinyin_key


def texts(vocabulary, numbers):
    return [vocabulary.entry(number) for number in numbers]


def test_texts_give_their_words_runs_and_phrases():
    counts = count_entries(["Thumbs up!", "好想哭", "好想哭", "生日happy"])
    assert counts["thumbs"] == counts["thumbs up"] == 1
    assert counts["好想哭"] == 2
    assert counts["生日"] == counts["happy"] == counts["生日happy"] == 1


def test_a_sentence_enters_by_its_words_alone():
    counts = count_entries(["今天天气真好我们一起出去玩吧"])
    assert "今天" in counts
    assert max(map(len, counts)) <= 8


def test_the_most_frequent_comes_first():
    vocabulary = Vocabulary({"食物": 5, "事物": 2, "实物": 2, "十五": 9})
    assert texts(vocabulary, vocabulary.spelt("shiwu", 10)) == ["十五", "食物", "事物", "实物"]
    assert texts(vocabulary, vocabulary.spelt("shiwu", 1)) == ["十五"]
    assert vocabulary.count(0) == 9


def test_beginnings_are_longer_than_what_was_typed():
    vocabulary = Vocabulary({"smile": 1, "smiling": 3, "smil": 7, "sad": 9, "生日快乐": 2})
    assert texts(vocabulary, vocabulary.begun("smil", 10)) == ["smiling", "smile"]
    assert texts(vocabulary, vocabulary.begun("smil", 1)) == ["smiling"]
    assert texts(vocabulary, vocabulary.spelling_begun("shengrik", 10)) == ["生日快乐"]
    assert vocabulary.begun("zzz", 10) == []


def test_initials_are_of_chinese_entries():
    vocabulary = Vocabulary({"生日快乐": 2, "srkl": 1, "开心": 1})
    assert texts(vocabulary, vocabulary.abbreviated("srkl", 10)) == ["生日快乐"]


def test_mistyped_pinyin_is_found():
    vocabulary = Vocabulary({"开心": 2, "kaixn": 5})
    assert texts(vocabulary, vocabulary.misspelt("kaixn", 10)) == ["开心"]


def test_slips_are_those_that_a_walk_over_all_entries_finds():
    rng = random.Random(5)
    words = {"".join(rng.choices("abc开心", k=rng.randint(2, 6))): rng.randint(1, 9) for _ in range(400)}
    vocabulary = Vocabulary(words)
    typed = ["".join(rng.choices("abc开心", k=rng.randint(2, 6))) for _ in range(60)]
    for word, found in zip(typed, vocabulary.mistyped(typed, 1_000), strict=True):
        assert sorted(texts(vocabulary, found)) == sorted(entry for entry in words if one_slip_apart(word, entry))
        assert found == sorted(found)


def test_an_empty_vocabulary_knows_nothing():
    vocabulary = Vocabulary({})
    assert len(vocabulary) == 0
    assert "a" not in vocabulary
    assert vocabulary.mistyped(["abc"], 3) == [[]]
    assert vocabulary.spelt(pinyin_key("开心"), 3) == []
