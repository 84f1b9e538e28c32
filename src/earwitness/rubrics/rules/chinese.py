"""Chinese questions.

A clause stands as it is: 能听到狗叫吗？ What lies in time is named by its noun: 狗叫声.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from earwitness.rubrics.rules.remarks import Remark
from earwitness.rubrics.rules.sounds import Sound
from earwitness.rubrics.rules.timeline import Relation
from earwitness.rubrics.rules.tokens import NOUNS, VERBS, Token
from earwitness.rubrics.rules.wording import Wording, content, is_person, maker_of, number_in, numeral

_OF_VOICE = {
    "pace": "{whose}的语速{how}吗？",
    "pitch": "{whose}的音调{how}吗？",
    "accent": "{whose}说话时是这种口音或语言吗：{how}？",
}
_OF_CLIP = {
    "genre": "这段音频的风格是{how}吗？",
    "mood": "这段音频的氛围{how}吗？",
    "tempo": "这段音频的节奏是{how}吗？",
    "scene": "听起来像是在{how}录制的吗？",
    "production": "这段录音符合“{how}”这一描述吗？",
}
# What is a measure or a key, not a manner.
_MEASURED = ("BPM", "拍", "调", "板", "速", "/", "MAJOR", "MINOR")
_WHERE = ("处", "方", "附近", "旁边", "身边", "前景", "背景", "背景中", "背景里")
# Aspects that a description may name itself: 语速缓慢.
_OWN_SUBJECT = (
    "语速",
    "声音",
    "音调",
    "语调",
    "节奏",
    "音量",
    "音高",
    "语气",
    "情绪",
    "速度",
    "声调",
    "吐字",
    "发音",
    "口齿",
    "咬字",
)
_NEUTRAL = "有人"


class Chinese(Wording):
    """Questions in Chinese."""

    language = "zh"

    def event(self, sound: Sound) -> str:
        """Whether it is heard."""
        return f"能听到{self.clause(sound)}吗？"

    def relation(self, relation: Relation[Sound]) -> str:
        """Whether the two lie so in time."""
        first, second = self.noun(relation.first), self.noun(relation.second)
        return f"能先听到{first}，再听到{second}吗？" if relation.how == "order" else f"{first}和{second}同时响起吗？"

    def count(self, sound: Sound, count: Remark) -> str:
        """Whether it is heard so often, or made by so many."""
        number, last = number_in(count.tokens[-1].text), count.tokens[-1]
        own = self._is_own(last.text)
        if last.sense == "times":
            times = last.text if own else f"{numeral(number, 'zh')}次" if number is not None else f"“{last.text}”次"
            return f"{self.noun(sound)}{'正好' if number is not None else ''}有{times.replace('声', '次')}吗？"
        amount = last.text if own else f"{numeral(number, 'zh')}个" if number is not None else f"“{last.text}”个"
        return f"能听到{'正好' if number is not None else ''}{amount}{self._counted(sound)}吗？"

    def absence(self, tokens: Sequence[Token]) -> str:
        """Whether the clip is free of it."""
        words = [token for token in tokens if token.tag not in ("neg", "comma", "and", "det", "aux")]
        words = [token for token in words if token.tag != "frame" or token.text.endswith(("声", "声音"))] or list(
            tokens
        )
        if self._is_own(self.said(words)):
            # In 没有回声 the 有 may have been read with the noun.
            return f"这段音频里没有{self.said(words).removeprefix('有')}，对吗？"
        names = self.words(content(words))
        return f"这段音频里没有{''.join(names) if names else f'“{self.said(words)}”'}，对吗？"

    def speech(self, words: str) -> str:
        """Whether these words are spoken or sung."""
        return f"有人说或唱这句话吗：“{words}”？"

    def style(self, style: Remark) -> str:
        """Whether the whole clip is so."""
        how = self._manner(style)
        if style.dimension == "scene":
            return self._scene(style)
        if how.startswith(_OWN_SUBJECT):
            return f"{how}吗？"
        if style.tokens[-1].dimension in ("timbre", "pitch") and style.dimension == "production":
            return f"这段录音听起来{how}吗？"
        if style.dimension == "tempo" and not any(mark in how.upper() for mark in _MEASURED):
            return f"这段音频的节奏{how}吗？"
        return _OF_CLIP.get(style.dimension, _OF_CLIP["production"]).format(how=how)

    def _scene(self, style: Remark) -> str:
        said = self.said(style.tokens)
        if self._is_own(said):
            return _OF_CLIP["scene"].format(how=said.removeprefix("在"))
        names = self.words(token for token in style.tokens if token.tag not in ("prep", "det"))
        return _OF_CLIP["scene"].format(how="".join(names)) if names else f"听起来像是这样的地方吗：“{said}”？"

    # --- attributes --------------------------------------------------------------------------------------------------

    def attribute(self, sound: Sound, trait: Remark) -> str:
        """Whether it sounds so."""
        how = self._manner(trait)
        of_person = is_person(maker_of(sound)) and trait.dimension in ("gender", "age", "accent")
        if sound.source != "voice" and not of_person:
            return self._of_sound(sound, trait, how)
        whose, token = self._voice(sound), trait.tokens[-1]
        if trait.dimension == "gender":
            gender = {"female": "女性", "male": "男性"}.get(token.sense)
            return f"{whose}是{gender}吗？" if gender else f"{whose}符合“{token.text}”这一描述吗？"
        if trait.dimension == "age" and token.tag == "voice":
            return f"{whose}听起来像{_ages(token)}吗？"
        if how.startswith(_OWN_SUBJECT):
            return f"{whose}的{how}吗？"
        if trait.dimension in ("duration", "distance", "room"):
            return f"{whose}符合“{how}”这一描述吗？"
        return _OF_VOICE.get(trait.dimension, "{whose}听起来{how}吗？").format(whose=whose, how=how)

    def _of_sound(self, sound: Sound, trait: Remark, how: str) -> str:
        if how.endswith(_WHERE):
            return f"{self.noun(sound)}听起来是在{how.removeprefix('在').removeprefix('从')}吗？"
        if trait.dimension in ("loudness", "timbre", "pitch", "emotion") and not how.startswith(
            ("越来越", *_OWN_SUBJECT)
        ):
            return f"{self.noun(sound)}听起来{how}吗？"
        return f"{self.noun(sound)}符合“{how}”这一描述吗？"

    def _voice(self, sound: Sound) -> str:
        if sound.source != "voice":
            return "发出这个声音的人"
        if len(self.speakers) < 2:
            return "人声"
        place = self.speakers.get(sound.maker, 0)
        return f"第{numeral(place + 1, 'zh').replace('两', '二')}个人声"

    def _manner(self, remark: Remark) -> str:
        said = self.said(remark.tokens)
        if self._is_own(said):
            return said.removesuffix("地") if len(said) > 1 else said
        names = self.words(token for token in remark.tokens if token.tag != "det")
        return "".join(names) if names else f"“{said}”"

    # --- noun phrases ------------------------------------------------------------------------------------------------

    def clause(self, sound: Sound) -> str:
        """A sound as a short clause or noun, such as 狗叫; quoted where it has no Chinese words."""
        words = _spoken_words(sound)
        person = is_person(maker_of(sound))
        if sound.subject is not None and not person:
            words = [*content(maker_of(sound)), *words]
        names = self._names(words)
        if names is None:
            return f"“{self.said(sound.words)}”"
        people = list(takewhile(lambda token: token.tag == "voice", words[:-1]))
        done = self._names(words[len(people) :])
        has_maker = bool(people) or sound.subject is not None or sound.words[0].tag in VERBS
        if done and done != ["声音"] and has_maker and (person or sound.source == "voice"):
            return _NEUTRAL + "".join(done)
        # A noun that says who it is, as 女声 does, is asked about in an item of its own.
        telling = person and sound.source == "voice" and all(token.sense for token in words)
        return "人声" if telling else "".join(names)

    def _names(self, words: Sequence[Token]) -> list[str] | None:
        """Chinese words; behind a noun, English "bark" is the verb."""
        verbs = [
            token.meaning(*VERBS) or token if place and token.text.isascii() else token
            for place, token in enumerate(words)
        ]
        names = self.words(verbs)
        if names and len(names) == 1 and words[0].tag == "source" and words[0].text.isascii():
            return [names[0], "的声音"]
        return names

    def _counted(self, sound: Sound) -> str:
        names = self._names(_spoken_words(sound))
        return "".join(names) if names else f"“{self.said(sound.words)}”"

    def noun(self, sound: Sound) -> str:
        """A sound as a noun phrase, such as 狗叫声."""
        said = self.clause(sound)
        if said.endswith(("声", "音", "乐", "歌", "”")) or sound.words[-1].tag in NOUNS - {"source", "voice"}:
            return said
        said = said.removeprefix(_NEUTRAL) if len(said) > len(_NEUTRAL) else said
        if len(said) == 1 and sound.source == "voice":
            return "说话声"
        return said + ("声" if said.endswith(_CALLS) else "的声音")


def _spoken_words(sound: Sound) -> list[Token]:
    return [token for token in sound.words if token.tag not in ("det", "prep")]


_CALLS = ("叫", "哭", "笑", "鸣", "吠", "咳嗽", "欢呼", "尖叫", "说话")
_AGES = {"boy": "孩子", "girl": "孩子", "child": "孩子", "teenager": "青少年", "adult": "成年人"}


def _ages(noun: Token) -> str:
    base = noun.form.term.names.get("en", "") if noun.form else ""
    return _AGES.get(base, "老年人" if base.startswith(("old", "elder")) else "孩子")
