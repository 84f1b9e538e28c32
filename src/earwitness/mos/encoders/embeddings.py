"""From pairs to embeddings: decoded ahead in threads, in batches, each clip once, and none twice that the cache knows.

What cannot be embedded fails alone with its reason, as it would with a judge.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from earwitness.audio import read_audio, resample
from earwitness.audio.segment import segment
from earwitness.errors import BackboneError, CaptionError, ClipError, UsageError, as_clip_error
from earwitness.mos.encoders.base import Encoder, check_duration
from earwitness.mos.encoders.cache import EmbeddingCache, Kind
from earwitness.run.pair_key import key_of
from earwitness.run.progress import Progress
from earwitness.types import Audio, Pair, Recipe, ScoreFailure, says_something

_DECODERS = 4
# How key_of speaks of a file whose content it could not, or would not, hash.
_NO_CONTENT = ("unreadable", "size ")

Input = TypeVar("Input", Audio, str)
Vector = NDArray[np.float32]
# What was embedded, by its hash, and its embedding.
Made = tuple[str, Vector]


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """What an encoder made of pairs.

    Attributes:
        audio: float32, shape ``[clip, layer, feature]``.
        text: of the captions, float32, shape ``[clip, text_feature]``; None if they were not wanted.
        kept: for each clip its index into the pairs, shape ``[clip]``, ascending; the others failed.
        failures: why the others have no embedding, by pair id.
    """

    audio: NDArray[np.float32]
    text: NDArray[np.float32] | None
    kept: NDArray[np.int64]
    failures: Mapping[str, ScoreFailure] = field(default_factory=dict)


def embed_pairs(
    encoder: Encoder,
    pairs: Sequence[Pair],
    *,
    texts: bool = False,
    cache: EmbeddingCache | None = None,
    progress: bool | None = None,
) -> Embeddings:
    """Embeddings of clips, or of the segments that their ``meta`` names, and of captions where wanted.

    Args:
        encoder: makes the embeddings.
        pairs: any number; a clip that comes several times is embedded once.
        texts: whether to embed the captions too.
        cache: where to look first and to keep what is made; without one, nothing is kept.
        progress: draw a progress bar on stderr; None draws it on terminals only.

    Returns:
        The embeddings of all pairs that could be read, in the order of the pairs.

    Raises:
        UsageError: if captions are to be embedded by an encoder without a text tower.
        StoreError: if the cache cannot be read or written.
        BackboneError: if the encoder itself fails.

    Example:
        >>> from earwitness.audio import from_array
        >>> from earwitness.mos.encoders import load_encoder
        >>> clip = from_array(np.zeros(16_000, np.float32), 16_000)
        >>> made = embed_pairs(load_encoder("log-mel"), [Pair(clip, "silence"), Pair("lost.wav", "lost", id="lost")])
        >>> made.audio.shape, made.kept, made.failures["lost"].code
        ((1, 1, 388), array([0]), 'audio_missing')
    """
    if texts and not encoder.text_features:
        raise UsageError(f"encoder '{encoder.name}' has no text tower; use clap or clap-music.")
    captions = _caption_vectors(encoder, pairs, cache) if texts else []
    clips = _clip_vectors(encoder, pairs, cache, progress)
    made = list(zip(*([captions, clips] if texts else [clips]), strict=True))
    wrong = {place: error for place, both in enumerate(made) if (error := _error(both))}
    kept = [place for place in range(len(pairs)) if place not in wrong]
    return Embeddings(
        _stacked([clips[place] for place in kept], (encoder.layers, encoder.features)),
        _stacked([captions[place] for place in kept], (encoder.text_features,)) if texts else None,
        np.array(kept, np.int64),
        {pairs[place].id: ScoreFailure(error.code, str(error)) for place, error in wrong.items()},
    )


def _error(made: Iterable[Vector | ClipError]) -> ClipError | None:
    return next((one for one in made if isinstance(one, ClipError)), None)


def _stacked(vectors: Sequence[Vector | ClipError], shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.array(vectors, np.float32).reshape(len(vectors), *shape)


def _clip_vectors(
    encoder: Encoder, pairs: Sequence[Pair], cache: EmbeddingCache | None, progress: bool | None
) -> list[Vector | ClipError]:
    """An embedding ``[layer, feature]`` for each pair's clip, or why it has none."""
    with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
        keys = list(pool.map(_clip_key, range(len(pairs)), pairs))
        wanted = dict(zip(keys, pairs, strict=True))
        with Progress(len(wanted), progress, "embedding") as bar:

            def make(missing: Mapping[str, Pair]) -> Iterator[dict[str, Made | ClipError]]:
                for _ in range(len(wanted) - len(missing)):
                    bar.skip()
                for batch in _read_ahead(pool, encoder, missing):
                    yield (made := _embed_batch(encoder, batch, _embed_clips))
                    for one in made.values():
                        bar.advance(not isinstance(one, ClipError))

            found = _through(cache, encoder, "clip", wanted, make)
    return [found[key] for key in keys]


def _clip_key(place: int, pair: Pair) -> str:
    """What the clip is known by: content and segment; its place where it has no content."""
    key = key_of(pair, "").clip
    return f"{key} at {place}" if key.startswith(_NO_CONTENT) else key


def _caption_vectors(encoder: Encoder, pairs: Sequence[Pair], cache: EmbeddingCache | None) -> list[Vector | ClipError]:
    """An embedding ``[1, text_feature]`` for each pair's caption, or why it has none."""
    keys = [_caption_key(pair.caption) for pair in pairs]

    def make(missing: Mapping[str, Pair]) -> Iterator[dict[str, Made | ClipError]]:
        read = [(key, _caption(pair)) for key, pair in missing.items()]
        for start in range(0, len(read), encoder.batch_size):
            yield _embed_batch(encoder, dict(read[start : start + encoder.batch_size]), _embed_texts)

    found = _through(cache, encoder, "caption", dict(zip(keys, pairs, strict=True)), make)
    return [found[key] for key in keys]


def _caption_key(caption: str) -> str:
    return hashlib.sha256(caption.encode("utf-8", "surrogatepass")).hexdigest()


def _caption(pair: Pair) -> str | CaptionError:
    if says_something(pair.caption):
        return pair.caption
    text = f"the caption of '{pair.id}' is {pair.caption!r}: there is nothing to embed."
    return CaptionError(text, code="caption_empty")


def _embed_texts(encoder: Encoder, captions: Sequence[str]) -> Iterable[Made]:
    vectors = encoder.embed_texts(captions)
    return [(_caption_key(caption), vector[None]) for caption, vector in zip(captions, vectors, strict=True)]


def _through(
    cache: EmbeddingCache | None,
    encoder: Encoder,
    kind: Kind,
    wanted: Mapping[str, Pair],
    make: Callable[[Mapping[str, Pair]], Iterator[dict[str, Made | ClipError]]],
) -> dict[str, Vector | ClipError]:
    """What the cache has of the wanted, and the rest made and kept batch by batch: a killed run loses one batch."""
    identity = encoder.identity
    found: dict[str, Vector | ClipError] = {}
    if cache is not None:
        found.update(cache.find(Recipe(identity).id, kind, list(wanted)))
    for batch in make({key: pair for key, pair in wanted.items() if key not in found}):
        good = {key: made for key, made in batch.items() if not isinstance(made, ClipError)}
        if cache is not None:
            cache.keep(identity, kind, good)
        found.update({key: made if isinstance(made, ClipError) else made[1] for key, made in batch.items()})
    return found


def _read_ahead(
    pool: ThreadPoolExecutor, encoder: Encoder, pairs: Mapping[str, Pair]
) -> Iterator[dict[str, Audio | ClipError]]:
    """The clips in batches; the next batch is decoded while the encoder hears the last one."""
    ahead: dict[str, Future[Audio | ClipError]] = {}
    clips = list(pairs.items())
    for start in range(0, len(clips), encoder.batch_size):
        batch = clips[start : start + encoder.batch_size]
        following = {key: pool.submit(_read, pair, encoder) for key, pair in batch}
        if ahead:
            yield {key: clip.result() for key, clip in ahead.items()}
        ahead = following
    if ahead:
        yield {key: clip.result() for key, clip in ahead.items()}


def _read(pair: Pair, encoder: Encoder) -> Audio | ClipError:
    """The clip, or its segment, at the encoder's rate."""
    try:
        clip = resample(segment(read_audio(pair.audio), pair.meta), encoder.sample_rate)
        check_duration(clip, encoder)
    except Exception as error:  # whatever one odd clip brings must stay with that clip
        return as_clip_error(error, "reading this clip", "clip_failed")
    return clip


def _embed_clips(encoder: Encoder, clips: Sequence[Audio]) -> Iterable[Made]:
    return zip([clip.sha256 for clip in clips], encoder.embed(clips), strict=True)


def _embed_batch(
    encoder: Encoder,
    batch: Mapping[str, Input | ClipError],
    embed: Callable[[Encoder, Sequence[Input]], Iterable[Made]],
) -> dict[str, Made | ClipError]:
    """Embeddings of what could be read; when the batch fails, each is tried alone."""
    read = {key: one for key, one in batch.items() if not isinstance(one, ClipError)}
    made: dict[str, Made | ClipError] = {key: one for key, one in batch.items() if isinstance(one, ClipError)}
    if not read:
        return made
    try:
        vectors = embed(encoder, list(read.values()))
        return made | {key: _finite(one, encoder) for key, one in zip(read, vectors, strict=True)}
    except (BackboneError, UsageError):
        raise  # these hold for everything
    except Exception as error:  # whatever a model raises on one odd clip or caption must stay with it
        if len(read) == 1:
            return made | dict.fromkeys(read, as_clip_error(error, encoder.name, "encoder_failed"))
    for key, one in read.items():
        made |= _embed_batch(encoder, {key: one}, embed)
    return made


def _finite(made: Made, encoder: Encoder) -> Made | ClipError:
    if np.isfinite(made[1]).all():
        return made
    return ClipError(f"{encoder.name} made an embedding that is not finite.", code="not_finite")
