"""A decomposer of rules and word lists: English and Chinese, without a model, the same items every time.

Sentences are cut into clauses; what a clause says besides its counts, attributes and places is its event, whether or
not the words are known. Ids are the kind's letter and a running number: e(vent), a(ttribute), c(ount), s(peech),
r(elation), n(egation), t for style. A caption in which nothing is recognised is asked as a whole.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from earwitness.rubrics.base import Caption, Decomposed, Domain
from earwitness.rubrics.lexicon import lexicon
from earwitness.rubrics.quotes import masked, quoted_spans
from earwitness.rubrics.rules.chinese import Chinese
from earwitness.rubrics.rules.english import English
from earwitness.rubrics.rules.sketch import Sketch, sketch_of
from earwitness.rubrics.rules.sounds import Sound
from earwitness.rubrics.rules.tokens import Token, tokens_of
from earwitness.rubrics.rules.wording import Wording
from earwitness.rubrics.template import whole_caption
from earwitness.types import Item, Kind, Language, Rubric

Span = tuple[int, int]
VERSION = 1
WORDINGS: Mapping[Language, type[Wording]] = {"en": English, "zh": Chinese}
_LETTERS: Mapping[Kind, str] = {
    "event": "e", "attribute": "a", "count": "c", "speech": "s", "relation": "r", "negation": "n", "style": "t"
}  # fmt: skip
# Characters between a voice and quoted words beyond which they are not its words.
_EARSHOT = 400


class RuleDecomposer:
    """Takes captions apart by rules.

    Args:
        domain: what the clips hold; in ``speech``, words that nobody knows describe the voice and name no sound.
        questions: the language of the questions; each caption's own when None.

    Example:
        >>> rubric = RuleDecomposer().decompose([Caption("A dog barks twice, then rain falls.", "en")])[0]
        >>> for item in rubric.items:
        ...     print(item.id, item.kind, item.parents, item.question)
        e1 event () Can you hear a dog barking?
        c1 count ('e1',) Do you hear a dog barking exactly twice?
        e2 event () Can you hear rain falling?
        r1 relation ('e1', 'e2') Do you hear a dog barking and then rain falling?
    """

    name = "rules"

    def __init__(self, *, domain: Domain = "mix", questions: Language | None = None) -> None:
        self.domain = domain
        self.questions = questions

    @property
    def identity(self) -> Mapping[str, Any]:
        """Version of the rules, hash of their words, and the two choices."""
        return {
            "name": self.name,
            "version": VERSION,
            "lexicon": lexicon().identity,
            "domain": self.domain,
            "questions": self.questions,
        }

    def decompose(self, captions: Sequence[Caption]) -> list[Decomposed]:
        """One rubric for each caption, in order; never an error."""
        return [self._rubric(caption) for caption in captions]

    def _rubric(self, caption: Caption) -> Rubric:
        language = self.questions or caption.language
        quotes = list(quoted_spans(caption.text))
        tokens = tokens_of(masked(caption.text, quotes))
        sketch = sketch_of(tokens, about_voice=self.domain == "speech" or bool(quotes))
        items = tuple(_Itemizer(caption.text, sketch, WORDINGS[language](caption.text, sketch)).items(quotes))
        source = f"rules {VERSION}"
        if items:
            return Rubric(items, language, source)
        return Rubric((whole_caption(caption.text, language),), language, source, ("not_decomposed",))


class _Itemizer:
    """Writes a sketch down as items, parents before children."""

    def __init__(self, text: str, sketch: Sketch, wording: Wording) -> None:
        self.text = text
        self.sketch = sketch
        self.wording = wording
        self.numbers: Counter[Kind] = Counter()
        self.ids: dict[Sound, str] = {}
        self.voices = [sound for sound in sketch.sounds if sound.source == "voice"]

    def items(self, quotes: Sequence[Span]) -> Iterator[Item]:
        """All items; ``quotes`` are places of words that must be said."""
        said: defaultdict[Sound | None, list[Span]] = defaultdict(list)
        for quote in quotes:
            said[self._speaker(quote)].append(quote)
        for sound in self.sketch.sounds:
            yield from self._of_sound(sound)
            yield from (self._said(quote, sound) for quote in said[sound])
        yield from (self._said(quote, None) for quote in said[None])
        for relation in self.sketch.relations:
            parents = (self.ids[relation.first], self.ids[relation.second])
            yield self._item("relation", relation.how, relation.cue.span, self.wording.relation(relation), parents)
        for absence in self.sketch.absences:
            yield self._item("negation", "absence", _span(absence), self.wording.absence(absence))
        for style in self.sketch.styles:
            yield self._item("style", style.dimension, style.span, self.wording.style(style))

    def _of_sound(self, sound: Sound) -> Iterator[Item]:
        event = self._item("event", sound.source, sound.span, self.wording.event(sound))
        self.ids[sound] = event.id
        yield event
        for trait in sound.traits:
            question = self.wording.attribute(sound, trait)
            yield self._item("attribute", trait.dimension, trait.span, question, (event.id,))
        for count in sound.counts:
            yield self._item("count", "count", count.span, self.wording.count(sound, count), (event.id,))

    def _said(self, quote: Span, speaker: Sound | None) -> Item:
        parents = (self.ids[speaker],) if speaker else ()
        return self._item("speech", "words", quote, self.wording.speech(self.text[slice(*quote)]), parents)

    def _speaker(self, quote: Span) -> Sound | None:
        """The voice nearest to quoted words, rather in front of them than behind."""
        behind = bisect_left(self.voices, quote[0], key=lambda sound: sound.span[0])
        before = self.voices[behind - 1 : behind] if behind else []
        near = [sound for sound in before if quote[0] - sound.span[1] < _EARSHOT]
        near += [sound for sound in self.voices[behind : behind + 1] if sound.span[0] - quote[1] < _EARSHOT]
        return next(iter(near), None)

    def _item(self, kind: Kind, dimension: str, span: Span, question: str, parents: tuple[str, ...] = ()) -> Item:
        self.numbers[kind] += 1
        return Item(f"{_LETTERS[kind]}{self.numbers[kind]}", question, kind, dimension, span, parents)


def _span(tokens: Sequence[Token]) -> Span:
    return tokens[0].start, tokens[-1].end
