"""From two answers to a caption."""

from persrv.adapters.caption.assembling import assemble
from persrv.ports.captioner import Caption, CaptionFailure


def test_keywords_become_one_line():
    assert assemble(" so\n happy ", "1. a | 2. b").keywords == "so happy"


def test_one_usable_answer_is_a_caption():
    assert assemble("I'm sorry, I can't help with that.", "1. 一只猫 | 2. 开心") == Caption(
        "", "一只猫", "开心", "I'm sorry, I can't help with that.\n\n1. 一只猫 | 2. 开心", parsed=True
    )
    assert assemble("happy", "").keywords == "happy"


def test_no_usable_answer_is_a_failure():
    assert isinstance(assemble("", ""), CaptionFailure)
    assert isinstance(assemble("...", " | "), CaptionFailure)
    assert isinstance(assemble("抱歉，我无法描述这张图片。", "抱歉，我无法描述这张图片。"), CaptionFailure)
