"""A language model takes captions apart.

It writes items, their words are looked up in the caption, and a second reading removes what the caption does not say:
steps 1 and 2 of AnyAudio-Judge (arXiv 2606.03116), with prompts of our own. Nothing that the model writes is trusted:
an item whose words the caption does not say is dropped. Where nothing is left, or nothing came that can be read, the
rules make the rubric, and the rubric says so. Where the model could not be asked, there is no rubric: it may be asked
another time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from earwitness.backbones.base import TextPrompt, Writer, Writing
from earwitness.errors import AnswerError, CaptionError, ClipError
from earwitness.rubrics.base import Caption, Decomposed, Decomposer, Domain
from earwitness.rubrics.grounding import grounded
from earwitness.rubrics.kept import KeptRubrics
from earwitness.rubrics.parse import CLEANING_SCHEMA, RUBRIC_SCHEMA, read_cleaning, read_rubric
from earwitness.rubrics.prompts import cleaning, decomposing, prompts_hash
from earwitness.rubrics.template import whole_caption
from earwitness.types import Item, Language, Rubric, says_something

logger = logging.getLogger(__name__)

# Raised when the same replies would make other rubrics than before.
VERSION = 1

# Tokens: about thirty items, and one judgment of a cleaning.
_RUBRIC_TOKENS, _JUDGMENT_TOKENS, _AROUND_TOKENS = 3072, 32, 64

# What the same model will say of the same caption another time. Other failures pass.
_LASTING = frozenset({"unreadable_reply", "no_item_grounded", "prompt_too_long", "context_overflow", "not_unicode"})


@dataclass(frozen=True, slots=True)
class _Draft:
    """Items on their way to a rubric, how many were lost on it, and the doubts so far."""

    caption: Caption
    items: tuple[Item, ...]
    dropped: int = 0
    removed: int = 0
    flags: tuple[str, ...] = ()


_Drafted: TypeAlias = "_Draft | ClipError"


class LLMDecomposer:
    """A ``Decomposer`` that asks a language model.

    A rubric has the flag ``rubric_by_rules`` where the model's reply was of no use, ``rubric_incomplete`` where a part
    of it could not be read, ``rubric_uncleaned`` where the second reading failed.

    Args:
        writer: the language model.
        domain: what the clips are made of.
        questions: language of the questions; the caption's by default.
        clean: whether to have the model remove what the caption does not say.
        fallback: makes the rubric where the model does not; ``RuleDecomposer`` by default.
        cache: a file that keeps rubrics; made if need be.

    Example:
        >>> class Scripted:
        ...     name, batch_size, identity = "scripted", 1, {}
        ...     def write(self, prompts, writing):
        ...         return ['[{"basis": "dog barks", "kind": "event", "question": "Does a dog bark?"}]']
        >>> (rubric,) = LLMDecomposer(Scripted(), clean=False).decompose([Caption("A dog barks.", "en")])
        >>> rubric.items[0].question, rubric.items[0].span, rubric.source
        ('Does a dog bark?', (2, 11), 'llm scripted')
    """

    name = "llm"

    def __init__(
        self,
        writer: Writer,
        *,
        domain: Domain = "mix",
        questions: Language | None = None,
        clean: bool = True,
        fallback: Decomposer | None = None,
        cache: str | Path | None = None,
    ) -> None:
        self.writer = writer
        self.domain: Domain = domain
        self.questions: Language | None = questions
        self.clean = clean
        self._fallback = fallback
        self._known: dict[Caption, Rubric] = {}
        self._kept = None if cache is None else KeptRubrics(cache, self.identity)

    @property
    def identity(self) -> Mapping[str, Any]:
        """The model, the prompts, the languages, and what stands in where the model fails."""
        return {
            "name": self.name,
            "version": VERSION,
            "writer": {"name": self.writer.name, **self.writer.identity},
            "prompts": prompts_hash(),
            "domain": self.domain,
            "questions": self.questions,
            "clean": self.clean,
            "fallback": dict(self.fallback.identity),
        }

    @property
    def fallback(self) -> Decomposer:
        """What makes the rubric where the model does not."""
        if self._fallback is None:
            from earwitness.rubrics.rules import RuleDecomposer

            self._fallback = RuleDecomposer(domain=self.domain, questions=self.questions)
        return self._fallback

    def decompose(self, captions: Sequence[Caption]) -> list[Decomposed]:
        """One rubric for each caption, in order; an error in the place of a caption that says nothing.

        A caption that the model could not be asked about has the reason in its place.

        Raises:
            BackboneError: if the language model is gone.
            StoreError: if the cache cannot be used.
        """
        wanted = [caption for caption in dict.fromkeys(captions) if says_something(caption.text)]
        rubrics: dict[Caption, Decomposed] = {**self._remembered(wanted)}
        new = [caption for caption in wanted if caption not in rubrics]
        if new:
            made = self._make(new)
            self._remember(made)
            rubrics.update(made)
        return [rubrics.get(caption) or _says_nothing(caption) for caption in captions]

    def _remembered(self, captions: Sequence[Caption]) -> dict[Caption, Rubric]:
        unknown = [caption for caption in captions if caption not in self._known]
        if self._kept is not None and unknown:
            self._known.update(self._kept.find(unknown))
        return {caption: self._known[caption] for caption in captions if caption in self._known}

    def _remember(self, made: Mapping[Caption, Decomposed]) -> None:
        """What the model may do better another time is asked of it again."""
        final = {
            caption: rubric
            for caption, rubric in made.items()
            if isinstance(rubric, Rubric) and not {"rubric_by_rules", "rubric_uncleaned"} & set(rubric.flags)
        }
        self._known.update(final)
        if self._kept is not None:
            self._kept.keep(final)

    def _make(self, captions: Sequence[Caption]) -> dict[Caption, Decomposed]:
        drafts = self._draft(captions)
        if self.clean:
            drafts = self._cleaned(drafts)
        made: dict[Caption, Decomposed] = {}
        useless: dict[Caption, ClipError] = {}
        for caption, draft in zip(captions, drafts, strict=True):
            if isinstance(draft, _Draft):
                made[caption] = self._rubric(draft)
            elif draft.code in _LASTING:
                useless[caption] = draft
            else:
                made[caption] = ClipError(f"no rubric by llm {self.writer.name}: {draft}", code=draft.code)
        return made | self._by_rules(useless)

    def _language(self, caption: Caption) -> Language:
        return self.questions or caption.language

    def _draft(self, captions: Sequence[Caption]) -> list[_Drafted]:
        prompts = [
            TextPrompt(
                json.dumps({"caption": caption.text}, ensure_ascii=False),
                decomposing(caption.language, self.domain, self._language(caption)),
            )
            for caption in captions
        ]
        replies = self.writer.write(prompts, Writing(_RUBRIC_TOKENS, schema=RUBRIC_SCHEMA))
        return [self._read_draft(caption, reply) for caption, reply in zip(captions, replies, strict=True)]

    def _read_draft(self, caption: Caption, reply: str | ClipError) -> _Drafted:
        try:
            if isinstance(reply, ClipError):
                raise reply
            written = read_rubric(reply)
        except ClipError as error:
            return error
        items = grounded(written.items, caption.text, self._language(caption))
        if not items:
            return AnswerError(
                f"the caption says the words of none of the {len(written.items)} items written.",
                code="no_item_grounded",
            )
        flags = ("rubric_incomplete",) if written.damaged else ()
        return _Draft(caption, items, dropped=len(written.items) - len(items), flags=flags)

    def _cleaned(self, drafts: Sequence[_Drafted]) -> list[_Drafted]:
        there = [draft for draft in drafts if isinstance(draft, _Draft)]
        if not there:
            return list(drafts)
        prompts = [TextPrompt(_listed(draft), cleaning(draft.caption.language)) for draft in there]
        longest = max(len(draft.items) for draft in there)
        writing = Writing(_AROUND_TOKENS + _JUDGMENT_TOKENS * longest, schema=CLEANING_SCHEMA)
        replies = iter(self.writer.write(prompts, writing))
        return [self._read_cleaning(draft, next(replies)) if isinstance(draft, _Draft) else draft for draft in drafts]

    def _read_cleaning(self, draft: _Draft, reply: str | ClipError) -> _Drafted:
        try:
            if isinstance(reply, ClipError):
                raise reply
            judged = read_cleaning(reply, [item.id for item in draft.items])
        except ClipError as error:
            if error.code not in _LASTING:
                return error
            logger.warning("%r keeps all its items: %s", draft.caption.text[:80], error)
            return replace(draft, flags=(*draft.flags, "rubric_uncleaned"))
        kept = [item for item in draft.items if judged.get(item.id, True)]
        names = {item.id for item in kept}
        items = tuple(replace(item, parents=tuple(p for p in item.parents if p in names)) for item in kept)
        return replace(draft, items=items, removed=len(draft.items) - len(items))

    def _rubric(self, draft: _Draft) -> Rubric:
        language = self._language(draft.caption)
        lost = [f"{draft.dropped} dropped"] * bool(draft.dropped)
        lost += [f"{draft.removed} removed"] * bool(draft.removed)
        source = f"llm {self.writer.name}" + (f" ({', '.join(lost)})" if lost else "")
        return Rubric(draft.items or (whole_caption(draft.caption.text, language),), language, source, draft.flags)

    def _by_rules(self, failed: Mapping[Caption, ClipError]) -> dict[Caption, Decomposed]:
        made = self.fallback.decompose(list(failed)) if failed else []
        rubrics: dict[Caption, Decomposed] = {}
        for (caption, error), rubric in zip(failed.items(), made, strict=True):
            logger.warning("%s made the rubric of %r: %s", self.fallback.name, caption.text[:80], error)
            if isinstance(rubric, Rubric):
                source = f"{rubric.source}, for llm {self.writer.name}: {error}"
                rubric = replace(rubric, source=source, flags=(*rubric.flags, "rubric_by_rules"))
            rubrics[caption] = rubric
        return rubrics


def _listed(draft: _Draft) -> str:
    """A caption with its items, as the cleaning prompt describes them."""
    items = [
        {"id": item.id, "question": item.question, "basis": draft.caption.text[slice(*(item.span or (0, 0)))]}
        for item in draft.items
    ]
    return json.dumps({"caption": draft.caption.text, "items": items}, ensure_ascii=False)


def _says_nothing(caption: Caption) -> CaptionError:
    return CaptionError(f"the caption is {caption.text!r}: it names nothing to hear.", code="caption_empty")
