"""What every `StickerIndex` does, the fake and the real ones."""

from __future__ import annotations

import numpy as np
import pytest

from persrv.adapters.search import MemoryStickerIndex
from persrv.domain.semantics import SemanticField
from persrv.ports.fakes import InMemoryStickerIndex


@pytest.fixture(params=["fake", "memory", "whoosh"])
def any_index(request, open_index):
    return {"fake": InMemoryStickerIndex, "memory": MemoryStickerIndex, "whoosh": open_index}[request.param]()


@pytest.fixture
def ids(any_index, weights):
    def search(*tokens, limit=100, by=weights):
        return [hit.sticker_id for hit in any_index.search(tokens, weights=by, limit=limit)]

    return search


def test_an_empty_index_answers_with_nothing(any_index, ids):
    assert any_index.count() == 0
    assert ids("happy") == []
    any_index.update([], [])
    any_index.update([], [7])
    any_index.compact()
    assert any_index.count() == 0
    assert ids("happy") == []


def test_what_was_added_is_found_by_its_words_and_by_no_other(any_index, ids, corpora):
    any_index.update([corpora.document(5, ocr="Happy cats"), corpora.document(6, keywords="开心")], [])
    assert any_index.count() == 2
    assert ids("happy") == [5]
    assert ids("心") == ids("开心") == [6]
    assert ids("dog") == ids() == []


def test_the_words_of_an_emoji_find_it_only_in_the_emoji_field(any_index, ids, corpora):
    any_index.update([corpora.document(1, emoji="👍"), corpora.document(2, ocr="👍")], [])
    assert ids("赞") == [1]
    assert sorted(ids("👍")) == [1, 2]


def test_its_version_is_another_after_each_change_and_the_same_between_them(any_index, ids, corpora):
    versions = [any_index.version]
    for documents, deleted in (
        ([corpora.document(1, ocr="cat")], []),
        ([corpora.document(1, ocr="dog")], []),
        ([], [1]),
    ):
        any_index.update(documents, deleted)
        versions.append(any_index.version)
        ids("cat")
        assert any_index.version == versions[-1]
    assert len(set(versions)) == 4


def test_who_is_left_out_makes_room_for_the_next_best(any_index, corpora, weights):
    any_index.update([corpora.document(number, ocr="cat") for number in range(1, 7)], [])
    unwanted = np.array([1, 3, 4])

    def search(limit, left_out):
        hits = any_index.search(["cat"], weights=weights, limit=limit, left_out=left_out)
        return [(hit.sticker_id, hit.score) for hit in hits]

    everybody = dict(search(9, None))
    assert search(2, lambda ids: np.isin(ids, unwanted)) == [(2, everybody[2]), (5, everybody[5])]
    assert search(9, lambda ids: np.ones(len(ids), dtype=np.bool_)) == []


def test_a_replaced_document_is_found_by_its_new_words_only(any_index, ids, corpora):
    any_index.update([corpora.document(1, ocr="cat"), corpora.document(2, ocr="cat")], [])
    any_index.update([corpora.document(1, ocr="dog")], [])
    assert (ids("cat"), ids("dog"), any_index.count()) == ([2], [1], 2)


def test_a_deleted_document_is_gone_and_an_unknown_one_is_no_fault(any_index, ids, corpora):
    any_index.update([corpora.document(1, ocr="cat"), corpora.document(2, ocr="cat")], [])
    any_index.update([corpora.document(3, ocr="cat")], [1, 99])
    assert sorted(ids("cat")) == [2, 3]
    assert any_index.count() == 2


def test_a_change_shows_in_a_query_that_was_asked_before_it(any_index, ids, corpora):
    any_index.update([corpora.document(n, ocr="cat") for n in range(1, 9)], [])
    assert ids("cat") == [1, 2, 3, 4, 5, 6, 7, 8]
    any_index.update([corpora.document(5, ocr="dog")], [2])
    assert ids("cat") == [1, 3, 4, 6, 7, 8]
    assert ids("dog") == [5]


def test_of_several_documents_of_one_sticker_the_last_counts_and_it_is_kept_if_also_deleted(any_index, ids, corpora):
    any_index.update([corpora.document(1, ocr="cat"), corpora.document(1, ocr="dog")], [1])
    assert (ids("cat"), ids("dog"), any_index.count()) == ([], [1], 1)


def test_a_sticker_without_words_is_counted_and_never_found(any_index, ids, corpora):
    any_index.update([corpora.document(1), corpora.document(2, ocr=" ... "), corpora.document(3, ocr="cat")], [])
    assert any_index.count() == 3
    assert ids("cat", "", " ") == [3]


def test_equals_come_by_rising_id_and_a_longer_list_begins_with_the_shorter(any_index, ids, corpora):
    order = [9, 2, 30, 4, 1, 8]
    for sticker_id in order:
        any_index.update([corpora.document(sticker_id, ocr="cat", keywords="dog")], [])
    assert ids("cat") == sorted(order)
    assert [ids("cat", limit=n) for n in (0, -1, 1, 4)] == [[], [], [1], [1, 2, 4, 8]]


def test_repeats_and_order_of_the_query_change_nothing(any_index, weights, corpora):
    any_index.update(corpora.random(40, seed=1), [])
    once = any_index.search(["happy", "cat", "哭"], weights=weights, limit=50)
    again = any_index.search(["哭", "cat", "cat", "happy", "哭"], weights=weights, limit=50)
    assert list(once) == list(again)


def test_the_parts_add_up_and_only_matching_fields_are_named(any_index, weights, corpora):
    any_index.update([corpora.document(1, ocr="cat", pack="cat", keywords="dog"), corpora.document(2, ocr="dog")], [])
    (hit,) = any_index.search(["cat"], weights=weights, limit=5)
    assert list(hit.by_field) == [SemanticField.OCR, SemanticField.PACK]
    assert hit.by_field[SemanticField.PACK] == pytest.approx(0.5 * hit.by_field[SemanticField.OCR])
    assert hit.relevance == pytest.approx(sum(hit.by_field.values()))


def test_a_field_without_weight_is_not_searched(any_index, ids, corpora):
    any_index.update([corpora.document(1, ocr="cat"), corpora.document(2, pack="cat")], [])
    assert ids("cat", by={SemanticField.PACK: 2.0, SemanticField.OCR: 0.0}) == [2]
    assert ids("cat", by={}) == []


def test_each_field_has_its_own_average_length_over_the_stickers_that_have_it(any_index, weights, corpora):
    # In ocr both lengths are the average, 2, so the fraction is 1: relevance is the idf ln(4 / 2) + 1.
    any_index.update(
        [
            corpora.document(1, ocr="cat dog"),
            corpora.document(2, ocr="hi go"),
            corpora.document(3),
            corpora.document(4),
        ],
        [],
    )
    (hit,) = any_index.search(["cat"], weights=weights, limit=5)
    assert hit.relevance == pytest.approx(1.6931471805599454)


@pytest.mark.parametrize(
    "token",
    [
        *("ocr:cat", "cat*", '"', "(", "cat~2", "[a TO z]", "^", "AND"),
        *("\x00", "\x1b[0m", "\u202ecat", "\ud83d", "", " ", "x" * 70000),
    ],
)
def test_a_token_is_never_read_as_query_syntax_and_none_breaks_the_search(any_index, ids, corpora, token):
    any_index.update([corpora.document(1, ocr="cat")], [])
    assert ids(token) == []
    assert ids(token, "cat") == [1]


def test_text_that_no_disk_can_hold_does_no_harm(any_index, ids, corpora):
    any_index.update([corpora.document(1, ocr="cat \ud83d \x00 \ufeff dog" + "\u0301" * 500)], [])
    assert ids("cat") == [1]


def test_256_different_characters_are_looked_up(any_index, ids, corpora):
    any_index.update([corpora.document(1, ocr="一丁")], [])
    assert ids(*(chr(0x4E00 + n) for n in range(256))) == [1]


def test_closing_twice_is_no_fault(any_index):
    any_index.close()
    any_index.close()


def test_utility_is_added_before_the_best_are_taken_and_never_finds_a_sticker_by_itself(any_index, weights, corpora):
    any_index.update([corpora.document(number, ocr="happy") for number in range(1, 21)], ())
    any_index.update([corpora.document(99, ocr="sad")], ())

    def utility(ids):
        return np.where(ids == 20, 0.25, 0.0) + np.where(ids == 99, 5.0, 0.0)

    found = any_index.search(["happy"], weights=weights, limit=3, utility=utility)
    assert [recalled.sticker_id for recalled in found] == [20, 1, 2]
    assert [recalled.utility for recalled in found] == [0.25, 0.0, 0.0]
    assert found[0].score == pytest.approx(found[1].relevance + 0.25)
