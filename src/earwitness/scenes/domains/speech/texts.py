"""How a text that somebody read aloud is quoted.

Lists of recordings often have texts in small letters without marks. What begins like a question is quoted with its
mark; texts of which it is not known how they are written are left out.
"""

from __future__ import annotations

# So few words are no sentence.
FEWEST_WORDS = 4
# Words that need a capital, in small letters: names of people and places, days, months and languages of read sentences,
# found by eye in speechocean762. Some are plain words as well (mark, joy); in small letters the two are one.
NAMES = frozenset("""
    africa alice alisa america american andy ann annie april asia august australia australian bess betty bill billy
    bob britain british cairo canada casey china chinese christian christmas chuck congress david december dora
    egypt elsa england english englishman europe european february france french friday george german germany god
    graff henny hock india jack james jane january japan japanese jayme jim jimmy joe john joy july june kate lana
    laos layla lilly linda lisa liya london lowen lucy lynda mandy march mark mary mike monday nacy neil november
    october paris paul peter russian russians sam sandy saturday september shanghai spain steeven steven sue sunday
    susan teddy thursday tim tina tom transformers tuesday united wednesday york
""".split())  # fmt: skip
_AUXILIARIES = frozenset("""
    am are can could did do does had has have is may shall should was were will would
""".split())  # fmt: skip
_ASKING = frozenset("how what when where which who whose why".split())
_PERSONS = frozenset("he i she they we you".split())
_THINGS = frozenset("it that the there these this those".split())
# Behind these a thing may be an object: "do it".
_ORDERS = frozenset({"do", "have"})
_JOINING = frozenset({"and", "but", "so"})


def as_quoted(text: str) -> str | None:
    """A text as a sentence is written: a capital first, and I; None of what is too short or cannot be told.

    Example:
        >>> as_quoted("then i said  i'm late"), as_quoted("do you like it too")
        ("Then I said I'm late", 'Do you like it too')
        >>> as_quoted("look out"), as_quoted("mike likes green tea"), as_quoted("how beautiful they are")
        (None, None, None)
    """
    words = text.split()
    if len(words) < FEWEST_WORDS or any(map(_needs_capital, words)) or (is_question(text) and not _surely_asks(words)):
        return None
    spelled = " ".join("I" + word[1:] if word.split("'")[0] == "i" else word for word in words)
    return spelled[:1].upper() + spelled[1:]


def is_question(text: str) -> bool:
    """Whether a text begins like a question.

    Example:
        >>> is_question("And what did she say"), is_question("We call it bear")
        (True, False)
    """
    words = _asked(text.split())
    return bool(words) and words[0] in _AUXILIARIES | _ASKING


def _surely_asks(words: list[str]) -> bool:
    """Whether a beginning of a question is no exclamation, command or clause: "have you", "what is", not "how good"."""
    first, second = _asked(words)[:2]
    if first in _ASKING:
        return second in _AUXILIARIES
    return second in _PERSONS or (second in _THINGS and first not in _ORDERS)


def _asked(words: list[str]) -> list[str]:
    """In small letters, without what joins them to what was said before."""
    small = [word.lower() for word in words]
    return small[1:] if small and small[0] in _JOINING else small


def _needs_capital(word: str) -> bool:
    """Whether a word in small letters is a name, or a letter that stands alone (``p e class``)."""
    return word.removesuffix("'s") in NAMES or (len(word) == 1 and word.islower() and word not in "aio")
