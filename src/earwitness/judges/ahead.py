"""What judges share about many clips: the next batch is read while this one is judged, and a bad clip fails alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from earwitness.errors import BackboneError, ClipError, StoreError, UsageError, as_clip_error
from earwitness.judges.hearing import clip_name
from earwitness.types import Judge, Pair, Score, ScoreFailure

READERS = 4

Element = TypeVar("Element")
Prepared = TypeVar("Prepared")
Result = TypeVar("Result")


def scores_ahead(
    judge: Judge,
    pairs: Iterable[Pair],
    batch_size: int,
    prepare: Callable[[Pair], Prepared],
    judge_batch: Callable[[Sequence[Prepared]], Iterator[Score]],
) -> Iterator[Score]:
    """Scores in input order; what cannot be prepared comes as an unscored ``Score``.

    Args:
        judge: whose scores they are.
        pairs: read no further than two batches ahead.
        batch_size: pairs judged at once.
        prepare: reads one pair, in a thread.
        judge_batch: a score for each of some prepared pairs, in order.
    """

    def prepared(pair: Pair) -> Prepared | Score:
        try:
            return prepare(pair)
        except (BackboneError, UsageError, StoreError):
            raise  # these hold for every pair
        except Exception as error:  # whatever one odd pair brings must stay with that pair
            return unscored(judge, pair, as_clip_error(error, f"reading {clip_name(pair)}", "clip_failed"))

    def judged(batch: Sequence[Future[Prepared | Score]]) -> Iterator[Score]:
        found = [clip.result() for clip in batch]
        scores = judge_batch([clip for clip in found if not isinstance(clip, Score)])
        return (clip if isinstance(clip, Score) else next(scores) for clip in found)

    ahead: deque[list[Future[Prepared | Score]]] = deque()
    with ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="decode") as pool:
        for batch in batches(pairs, max(1, batch_size)):
            ahead.append([pool.submit(prepared, pair) for pair in batch])
            # The next batch is decoded while this one is judged.
            if len(ahead) > 1:
                yield from judged(ahead.popleft())
        while ahead:
            yield from judged(ahead.popleft())


def each_or_why(
    batch: Sequence[Element], answer: Callable[[Sequence[Element]], Sequence[Result]], doing: str, code: str
) -> list[Result | ClipError]:
    """A result for each element; when the batch fails each is tried alone, and one that fails alone tells why.

    Args:
        batch: the elements.
        answer: a result for each of some elements.
        doing: what failed, in words, if it does.
        code: of an error that has none of its own.

    Raises:
        BackboneError: if the model is gone, not the clip: the run stops and resumes later; so it does for a
            ``UsageError`` or a ``StoreError``, which hold for every element.

    Example:
        >>> each_or_why([1, 0, 2], lambda batch: [6 / number for number in batch], "dividing", "failed")
        [6.0, ClipError('dividing failed: ZeroDivisionError: division by zero'), 3.0]
    """
    if not batch:
        return []
    try:
        return list(answer(batch))
    except (BackboneError, UsageError, StoreError):
        raise
    except Exception as error:  # whatever a model raises on an odd clip must stay with that clip
        if len(batch) > 1:
            return [result for element in batch for result in each_or_why([element], answer, doing, code)]
        return [as_clip_error(error, doing, code)]


def unscored(judge: Judge, pair: Pair, error: ClipError, sha256: str | None = None, flags: Iterable[str] = ()) -> Score:
    """The record of a pair that has no score."""
    return Score(
        pair_id=pair.id,
        values=dict.fromkeys(judge.axes),
        recipe=judge.recipe.id,
        status="unscored",
        error=ScoreFailure(error.code, str(error)),
        flags=tuple(sorted(flags)),
        audio_sha256=sha256,
    )


def batches(elements: Iterable[Element], size: int) -> Iterator[list[Element]]:
    """Lists of up to ``size`` elements, in order (itertools.batched needs Python 3.12)."""
    source = iter(elements)
    while batch := list(islice(source, size)):
        yield batch
