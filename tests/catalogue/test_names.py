import pytest

from persrv.catalogue.names import linked_pack_names, pack_name
from persrv.errors import PackNameInvalid


@pytest.mark.parametrize(
    "text",
    [
        "HotCherry",
        " HotCherry ",
        "https://t.me/addstickers/HotCherry",
        "http://telegram.me/addstickers/HotCherry/",
        "t.me/addstickers/HotCherry?x=1",
        "tg://addstickers?set=HotCherry",
        "https://T.ME/addemoji/HotCherry",
    ],
)
def test_a_name_and_every_form_of_link_give_the_name(text):
    assert pack_name(text) == "HotCherry"


@pytest.mark.parametrize(
    "text",
    ["", "two words", "../../etc/passwd", "https://evil.example/addstickers/x", "a" * 65, "名字", "x;drop table"],
)
def test_anything_else_is_refused(text):
    with pytest.raises(PackNameInvalid, match="addstickers"):
        pack_name(text)


def test_a_link_is_found_in_a_sentence():
    assert linked_pack_names("看这个 https://t.me/addstickers/Cats_2 好可爱") == ("Cats_2",)
    assert linked_pack_names("no link here") == ()


def test_all_links_are_found_in_their_order_and_each_set_once():
    text = "t.me/addstickers/Dogs, tg://addstickers?set=Cats\nhttps://t.me/addstickers/dogs t.me/addstickers/Ants?x=1"
    assert linked_pack_names(text) == ("Dogs", "Cats", "Ants")
