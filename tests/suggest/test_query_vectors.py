"""Vectors of queries: each made once, those that wait together, and whoever asks gets that of their own."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from persrv.errors import ConfigurationError
from persrv.suggest import QueryVectors
from persrv.suggest.query_vectors import AT_ONCE


class Encoder:
    name = "letters"

    def __init__(self):
        self.batches = []

    def encode(self, texts):
        self.batches.append(list(texts))
        return np.array([[len(text), ord(text[0]), np.nan if "?" in text else 1] for text in texts], dtype=np.float32)


@pytest.fixture
def encoder():
    return Encoder()


@pytest.fixture
def vectors(encoder):
    found = QueryVectors(lambda: encoder)
    found.warm()
    encoder.batches.clear()
    return found


def shown(found):
    return [None if vector is None else vector.tolist() for vector in found]


def test_each_query_gets_its_own_vector_and_what_is_known_is_not_encoded_again(vectors, encoder):
    assert shown(vectors.of(["cat", "a"], "letters")) == [[3, 99, 1], [1, 97, 1]]
    assert shown(vectors.of(["a", "dog", "cat", "a"], "letters")) == [[1, 97, 1], [3, 100, 1], [3, 99, 1], [1, 97, 1]]
    assert encoder.batches == [["cat", "a"], ["dog"]]


def test_nothing_and_what_cannot_be_encoded_have_no_vector(vectors, encoder):
    assert shown(vectors.of(["", "what?", "so"], "letters")) == [None, None, [2, 115, 1]]
    assert shown(vectors.of(["what?"], "letters")) == [None]
    assert encoder.batches == [["what?", "so"]]


def test_queries_that_wait_for_their_turn_are_encoded_with_the_one_whose_turn_it_is(vectors, encoder):
    with vectors.expected("first"), vectors.expected("second"), vectors.expected("third"):
        with vectors.expected("gone"):
            pass
        assert shown(vectors.of(["first"], "letters")) == [[5, 102, 1]]
        assert shown(vectors.of(["third", "second"], "letters")) == [[5, 116, 1], [6, 115, 1]]
    assert encoder.batches == [["first", "second", "third"]]


def test_a_query_that_two_people_wait_for_waits_until_both_have_had_their_turn(vectors, encoder):
    with vectors.expected("same"):
        with vectors.expected("same"):
            pass
        vectors.of(["other"], "letters")
    vectors.of(["last"], "letters")
    assert encoder.batches == [["other", "same"], ["last"]]


def test_what_will_not_be_asked_for_and_nothing_are_left_out(vectors, encoder):
    with vectors.expected("known"), vectors.expected(""), vectors.expected("new"):
        vectors.of(["one"], "letters", needless=lambda query: query == "known")
    assert encoder.batches == [["one", "new"]]


def test_no_more_than_so_many_are_encoded_together_beside_what_is_asked_for(vectors, encoder):
    waiting = [vectors.expected(f"w{number}") for number in range(AT_ONCE + 4)]
    for each in waiting:
        each.__enter__()
    vectors.of(["a", "b"], "letters")
    vectors.of([f"x{number}" for number in range(AT_ONCE + 1)], "letters")
    assert [len(batch) for batch in encoder.batches] == [AT_ONCE, AT_ONCE + 1]
    assert encoder.batches[0][:2] == ["a", "b"]


def test_another_encoder_or_none_gives_no_vectors(vectors, encoder):
    assert vectors.of(["cat"], "another") == [None]
    cold = QueryVectors(lambda: encoder)
    assert not cold.ready
    assert cold.of(["cat", "dog"], "letters") == [None, None]
    without = QueryVectors(lambda: None)
    without.warm()
    assert without.of(["cat"], "letters") == [None]
    assert "No text encoder" in without.problem
    assert encoder.batches == []


def test_an_encoder_that_cannot_be_loaded_is_told_of():
    def broken():
        raise ConfigurationError(["it is not there"])

    vectors = QueryVectors(broken)
    vectors.warm()
    assert not vectors.ready
    assert "it is not there" in vectors.problem


def test_the_oldest_are_dropped_and_all_when_somebody_is_to_be_forgotten(encoder):
    vectors = QueryVectors(lambda: encoder, capacity=3)
    vectors.warm()
    encoder.batches.clear()
    assert len(vectors.of(["a", "b", "c", "d"], "letters")) == 4
    vectors.of(["b"], "letters")
    vectors.of(["e"], "letters")
    vectors.of(["b", "d"], "letters")
    vectors.of(["c"], "letters")
    assert encoder.batches == [["a", "b", "c", "d"], ["e"], ["c"]]
    vectors.forget()
    vectors.of(["b"], "letters")
    assert encoder.batches[-1] == ["b"]


def test_nobody_who_only_waits_is_held_up_by_what_is_being_encoded(vectors, encoder):
    encoding, go_on = threading.Event(), threading.Event()
    encode = encoder.encode

    def slow(texts):
        encoding.set()
        assert go_on.wait(10)
        return encode(texts)

    encoder.encode = slow
    asks = threading.Thread(target=vectors.of, args=(["slow"], "letters"))
    asks.start()
    assert encoding.wait(10)
    with vectors.expected("next"):  # from the event loop, which must not wait
        pass
    go_on.set()
    asks.join()
    assert encoder.batches == [["slow"]]
