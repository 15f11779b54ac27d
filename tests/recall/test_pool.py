"""Parts brought together."""

import numpy as np

from persrv.recall.pool import best_of_readings


def found(**scores):
    ids = sorted(int(name[1:]) for name in scores)
    return np.array(ids, dtype=np.int64), np.array([scores[f"s{number}"] for number in ids])


def test_of_several_readings_a_sticker_has_its_best_in_each_part():
    typed = {"lexical": found(s1=1.0, s2=0.5), "meaning": found(s9=1.0)}
    meant = {"lexical": found(s2=1.0, s3=0.5)}
    best = best_of_readings([(0.25, typed), (0.8, meant)])
    ids, scores = best["lexical"]
    assert ids.tolist() == [1, 2, 3]
    assert scores.tolist() == [0.25, 0.8, 0.4]
    assert best["meaning"][1].tolist() == [0.25]


def test_one_reading_that_counts_in_full_is_what_it_found():
    only = {"lexical": found(s4=0.3, s7=1.0), "texts": found(s1=0.2)}
    best = best_of_readings([(1.0, only)])
    for name, (ids, scores) in only.items():
        assert best[name][0].tolist() == ids.tolist()
        assert best[name][1].tolist() == scores.tolist()
