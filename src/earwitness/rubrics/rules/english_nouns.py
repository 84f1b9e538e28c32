"""English noun phrases for sounds: "a dog barks" becomes "a dog barking", whoever speaks becomes "someone speaking".

What a person is - a woman, a child - is asked in items of its own and so left out here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from earwitness.rubrics.lexicon import gerund
from earwitness.rubrics.lexicon.inflection import with_ing
from earwitness.rubrics.rules.remarks import verb_place
from earwitness.rubrics.rules.tokens import CONTENT, NOUNS, VERBS, Token
from earwitness.rubrics.rules.wording import content

Spelling = Callable[[Token], str | None]

_AGES = {"boy": "a child", "girl": "a child", "child": "a child", "child's voice": "a child"}
_AGES |= {"teenager": "a teenager", "adult": "an adult"}
_GERUND = re.compile(r"\b\w+ing\b.*")
_SEVERAL = re.compile(r"\b(?:people|crowd|audience|children|kids|men|women|boys|girls)\b")
_ONE_PERSON = re.compile(r"\b(?:man|woman|men|women|male|female|boys?|girls?|lady|gentleman)\b")
_LEADING_ARTICLE = re.compile(r"^(?:A|An|The|Some|Another|His|Her|Their|Its)\b")


def own_phrase(words: list[Token], spell: Spelling) -> str | None:
    """A phrase of English words, with an article where one is wanted; None for a bare noun that nobody knows."""
    said = with_gerund(words, spell)
    nouns = [token for token in words[: verb_place(words)] if token.tag in CONTENT] or content(words)
    if words[0].tag == "det" or nouns[0].tag in VERBS or nouns[0].text.endswith("ing") or nouns[0].shape == "plural":
        return said
    head = next((token for token in reversed(nouns) if token.form), None)
    if head is None or head.form is None:
        return said if verb_place(words) is not None or plural(said) else None
    countable = head.form.term.article and head.shape == "base" and not plural(said)
    return with_article(said) if countable else said


def with_gerund(words: Sequence[Token], spell: Spelling) -> str:
    """The words, their verb as a gerund."""
    place = verb_place(words)
    parts = []
    for number, token in enumerate(words):
        word = spell(token) or token.text
        parts.append(as_gerund(token, word) if number == place else word)
    return _LEADING_ARTICLE.sub(lambda match: match[0].lower(), " ".join(parts))


def as_gerund(token: Token, word: str) -> str:
    """A verb as a gerund, known or not."""
    if token.form and token.tag in VERBS:
        return word if token.shape == "ing" else gerund(token.form)
    return word if word.endswith("ing") else with_ing(word.removesuffix("s"))


def translated_phrase(words: list[Token], spell: Spelling, *, person: bool) -> str | None:
    """A phrase for Chinese words; None if the lexicon lacks one that cannot be left out."""
    kept = content(words)
    nouns = [token for token in kept if token.tag in NOUNS]
    verb = next((token for token in kept if token.tag in VERBS), None)
    if person:
        done = verb or next((read for token in reversed(kept) if (read := token.meaning(*VERBS))), None)
        doing = _translated_gerund(done, nouns, spell) if done else None
        return f"someone {doing}" if doing else None
    names = [spell(token) for token in nouns]
    if not names or None in names or len(nouns) + bool(verb) < len(kept):
        return None
    if nouns[0].form and nouns[0].form.term.article and not plural(str(names[0])):
        names[0] = with_article(str(names[0]))
    if verb is None:
        return f"the sound of {names[0]}" if nouns[0].tag == "source" and not names[1:] else " ".join(map(str, names))
    doing = _translated_gerund(verb, nouns, spell)
    return " ".join([*map(str, names), doing]) if doing else None


def _translated_gerund(verb: Token, nouns: Sequence[Token], spell: Spelling) -> str | None:
    """A Chinese verb in English; 叫 is each animal's own call."""
    name = spell(verb)
    call = nouns[0].form.term.call if nouns and nouns[0].form else ""
    first, space, rest = (call if name == "call" and call else name or "").partition(" ")
    return with_ing(first) + space + rest if first else None


def anyone(phrase: str, *, spoken: bool) -> str:
    """A person of whom nothing else is said yet.

    Example:
        >>> anyone("an old woman humming a lullaby", spoken=True), anyone("a woman", spoken=True)
        ('someone humming a lullaby', 'a voice')
    """
    # Whose words are asked for in an item of their own.
    phrase = re.sub(r"\b(?:saying|telling|stating)$", "speaking", phrase)
    if match := _GERUND.search(phrase):
        return f"{'people' if _SEVERAL.search(phrase) else 'someone'} {match[0]}"
    return "a voice" if spoken and _ONE_PERSON.search(phrase) else phrase


def with_article(phrase: str) -> str:
    """The phrase with "a" or "an", or "the" where an "of" makes it a certain one.

    Example:
        >>> with_article("owl"), with_article("hum of a fridge")
        ('an owl', 'the hum of a fridge')
    """
    if " of " in phrase:
        return f"the {phrase}"
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


def plural(word: str) -> bool:
    """Whether a noun, or the last of several words, looks like a plural."""
    return word.endswith("s") and not word.endswith(("ss", "us", "s's"))


def noun_age(noun: Token) -> str:
    """An age that a noun says, without the gender that it says too."""
    base = noun.form.term.names.get("en", "") if noun.form else ""
    return _AGES.get(base, "an old person" if base.startswith(("old", "elder")) else "a child")


def person_aged(said: str) -> str:
    """Somebody of an age in numbers.

    Example:
        >>> person_aged("in his fifties"), person_aged("30-year-old")
        ('someone in their fifties', 'a 30-year-old')
    """
    said = re.sub(r"\b(?:his|her)\b", "their", said.lower())
    if said.startswith("in "):
        return f"someone {said}"
    return with_article(said) if said.endswith("old") else f'someone of this age: "{said}"'
