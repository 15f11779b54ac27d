"""What the drawn packs say: everyday feelings and replies, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """One feeling or reply.

    :param key: Names the file.
    :param zh, en: Ways to say it; each pack takes its own.
    :param emoji: The emoji that fits.
    """

    key: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    emoji: str

    def chinese(self, turn: int) -> str:
        """Return the `turn`-th way to say it, beginning again after the last."""
        return self.zh[turn % len(self.zh)]

    def english(self, turn: int) -> str:
        """Return the `turn`-th way to say it, beginning again after the last."""
        return self.en[turn % len(self.en)]


PHRASES = tuple(
    Phrase(key, tuple(zh.split("|")), tuple(en.split("|")), emoji)
    for key, zh, en, emoji in (
        ("laugh", "哈哈哈|笑死|笑|太好笑了", "haha|LOL|so funny", "😂"),
        ("sad", "想哭|呜呜呜|好难过|我哭了", "so sad|crying|boo hoo", "😭"),
        ("thanks", "谢谢|感谢|多谢啦|谢谢你", "thank you|thanks|many thanks", "🙏"),
        ("night", "晚安|好梦|睡了|晚安啦", "good night|sweet dreams|night", "😴"),
        ("cheer", "加油|冲呀|你可以的|加油", "you can do it|go go go|let's go", "💪"),
        ("angry", "生气|气死我了|怒|哼", "angry|so mad|grrr", "😡"),
        ("love", "爱你|么么哒|喜欢你|比心", "love you|I love you|kiss kiss", "😍"),
        ("sorry", "对不起|抱歉|我错了|原谅我", "sorry|my bad|forgive me", "🙇"),
        ("ok", "好的|没问题|可以|好", "OK|no problem|okay", "👌"),
        ("got", "收到|明白|知道了|懂了", "got it|roger|noted", "🫡"),
        ("shock", "震惊|天哪|什么|惊", "shocked|OMG|what?!", "😱"),
        ("speechless", "无语|无话可说|我无语了|呃", "speechless|um...|whatever", "😑"),
        ("party", "庆祝|太棒了|耶|撒花", "party|hooray|yay", "🎉"),
        ("hungry", "吃饭啦|饿了|干饭|开饭", "I'm hungry|let's eat|yummy", "🍚"),
        ("tired", "累了|好累|累|不想动", "so tired|exhausted|no energy", "😩"),
        ("morning", "早安|早上好|早|起床啦", "good morning|morning|wake up", "☀️"),
        ("bye", "再见|拜拜|走了|下次见", "bye bye|see you|goodbye", "👋"),
        ("great", "赞|厉害|棒|真不错", "great|awesome|nice", "👍"),
        ("confused", "疑惑|为什么|不懂|啊?", "confused|huh?|why?", "🤔"),
        ("shy", "害羞|不好意思|羞|讨厌啦", "shy|blush|oh stop it", "😳"),
        ("there", "在吗|人呢|在|有人吗", "are you there|hello?|knock knock", "👀"),
        ("work", "上班|搬砖|忙|打工人", "at work|busy|working", "💼"),
        ("off", "下班啦|放假啦|下班|自由了", "off work|TGIF|freedom", "🏃"),
        ("birthday", "生日快乐|生日快乐|寿|祝你生日快乐", "happy birthday|HBD|make a wish", "🎂"),
    )
)
"""Twenty-four, in the order in which a pack shows them."""
BY_KEY = {phrase.key: phrase for phrase in PHRASES}
