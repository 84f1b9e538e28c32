"""Where a caption says that something is absent, and whether a question asks for an absence.

A short list of cues, enough to tell a model's slip: asked "Is there music?" of "no music", yes would mean that the clip
does not match. What a denial reaches ends with its phrase; where that is in doubt, too little is denied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]

# "Not only" and "nothing but" deny nothing. Behind "not" one word may stand before what is denied: "not very loud".
_ENGLISH = re.compile(
    r"""\b(?:no|nobody|without|lacks|lacking|neither|nor|(?:free|absence|lack|devoid)\ of)\b
        (?:\ (?:any|an?|the))?
        (?:(?!\ (?:but|while|as|then|over|with|only|just|during|when|before|after|until|followed)\b
              |\ (?:that|which|who|an?|the|some)\b
              |\ and\ (?:an?|the|some|then)\b)[^.,;:!?，。；])*
      | (?:\b(?:not|never|cannot)\b|n['’]t\b)(?!\ (?:only|just))(?:\ [\w'-]+){0,2}""",
    re.IGNORECASE | re.VERBOSE,
)
# Many words begin with 无 and 不; 不 denies what stands next to it; "without lyrics" ends with its 的.
_CHINESE = re.compile(
    r"""(?:没|毫无|无(?![线奈聊力辜情尽休缝比助声]|人机)|不(?:要|能有|含|带|包含|包括|存在|出现))
        (?:(?!但|而|然后|接着|只|的)[^，。；、！？,.;!?])*
      | 不(?:(?:太|很|是|会|再|怎么|那么)[^，。；、！？,.;!?地的]{1,2}|[大小快慢高低响吵强重轻急远近])""",
    re.VERBOSE,
)
_ASKS_ENGLISH = re.compile(
    r"\b(?:no|not|never|without|free|absent|absence|lacks?|lacking|neither|cannot)\b|n['’]t\b", re.IGNORECASE
)
_ASKS_CHINESE = re.compile(r"[没无不]|缺少")
# 有没有, 是不是 ask for either.
_EITHER = re.compile(r"(\w)[没不]\1")


def denied(caption: str) -> Iterator[Span]:
    """The parts of a caption that say what is absent, each from its cue on.

    Example:
        >>> text = "A dog barks, no music or speech, not very loud."
        >>> [text[slice(*span)] for span in denied(text)]
        ['no music or speech', 'not very loud']
    """
    for pattern in (_ENGLISH, _CHINESE):
        yield from (found.span() for found in pattern.finditer(caption))


def asks_for_absence(question: str) -> bool:
    """Whether yes to a question means that something is not there.

    Example:
        >>> asks_for_absence("Is the clip free of music?"), asks_for_absence("有没有音乐？")
        (True, False)
    """
    return bool(_ASKS_ENGLISH.search(question) or _ASKS_CHINESE.search(_EITHER.sub("", question)))
