"""/mydata's file says all that is kept, however much that is."""

import io
import json
import zipfile
from array import array
from datetime import UTC, datetime

import pytest

from persrv.domain.history import KeptImpression, PersonalRecord
from persrv.domain.own_packs import OwnPacks
from persrv.suggest.mydata import MANY, as_file

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def record(answers):
    shown = tuple(
        KeptImpression(f"{number:016x}", '笑 "<b>', array("q", [3, 1, number]), 2, AT) for number in range(answers)
    )
    return PersonalRecord(
        user_id=7,
        language="zh",
        choices=(),
        impressions=shown,
        sets=("Cats",),
        profiles=(),
        nsfw=True,
        banned_at=None,
        private_chat=None,
        broadcasts_to=(),
        broadcasts_by=(),
        own_packs=OwnPacks.OFF,
    )


@pytest.mark.parametrize("answers", [0, 1, 3])
def test_a_file_is_json_with_every_answer(answers):
    name, data = as_file(record(answers))
    assert name == "persrv-mydata.json"
    told = json.loads(data)
    assert (told["user_id"], told["sets_added"]) == (7, ["Cats"])
    assert [answer["stickers_ranked"] for answer in told["answers"]] == [[3, 1, number] for number in range(answers)]
    assert all(answer["query"] == '笑 "<b>' for answer in told["answers"])


def test_much_is_packed_so_that_telegram_takes_it():
    name, data = as_file(record(MANY))
    assert name == "persrv-mydata.json.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["persrv-mydata.json"]
        assert len(json.loads(archive.read("persrv-mydata.json"))["answers"]) == MANY
    assert len(data) < MANY * 100
