"""Rules that take captions apart: no model, no download, the same items every time.

A caption becomes tokens (``tokens``), whose neighbours settle what they mean (``context``); tokens become clauses
(``clauses``), a clause comes apart into sounds and what is said of them (``phrases``, ``remarks``, ``absences``), and
the caption's sounds with their order in time are its sketch (``sketch``, ``timeline``). Each language words the
sketch's items (``wording``, ``english``, ``chinese``). The words are in ``rubrics/lexicon``.
"""

from earwitness.rubrics.rules.decomposer import RuleDecomposer

__all__ = ["RuleDecomposer"]
