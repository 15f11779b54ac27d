"""Type a feeling, get the sticker: the main path."""


def test_a_person_adds_a_set_finds_a_sticker_and_sees_it_first_next_time(bot, world, make_pack, mei, finds):
    world.add_pack(make_pack("Cats_by_test", ["😀", "😭", "🎉"], title="快乐猫"))
    sticker = mei._client.pack("Cats_by_test")[1]
    mei.sends_sticker(sticker)
    mei.waits_for("快乐猫 已加入：3 张")

    answer = finds(mei, "想哭", lambda answer: answer.stickers)
    assert answer.stickers[0].emoji == "😭"
    sent = mei.chooses(answer, 0)
    assert (sent.sticker.id, sent.via_bot) == (sticker.id, "persrv_bot")

    nothing_typed = finds(mei, "", lambda answer: answer.sticker_ids[:1] == (sticker.id,))
    assert len(nothing_typed.sticker_ids) == len(set(nothing_typed.sticker_ids)) == 3
