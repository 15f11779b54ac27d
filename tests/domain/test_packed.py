"""Texts in one buffer."""

import numpy as np

from persrv.domain.packed import TextPacker


def packed(*texts):
    packer = TextPacker()
    for text in texts:
        packer.add(text)
    return packer.packed()


def test_texts_come_in_another_order_and_a_row_of_which_nothing_is_known_has_no_length():
    turned = packed("笑", None, "", "last").at(np.array([3, -1, 2, 0]))
    assert [turned[row] for row in range(4)] == ["last", None, "", "笑"]
    np.testing.assert_array_equal(turned.ends > turned.starts, [True, False, False, True])
    np.testing.assert_array_equal(turned.known, [True, False, True, True])


def test_of_no_rows_every_place_is_unknown():
    assert [packed().at(np.array([-1, -1]))[row] for row in range(2)] == [None, None]
