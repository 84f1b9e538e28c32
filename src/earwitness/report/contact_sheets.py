"""Quartets to look at and listen to, as one page of HTML: spectrograms, captions, facts, and what was measured.

The page has no scripts and fetches nothing but the clips beside it, so it opens offline. Pictures speak by title and
description, answers by words; colour only repeats them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from earwitness.audio.source import printable
from earwitness.report.spectrograms import Bar, spectrogram
from earwitness.scenes.dataset.stored import Sample
from earwitness.scenes.recovery.heard import MeasuredClip, MeasuredQuartet
from earwitness.scenes.recovery.readings import TOLERANCES, Reading
from earwitness.types import Language

CLIPS = "clips"
STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 96rem; padding: 0 1rem; color: #1a1a1a; }
section { border-top: 2px solid #6e6e6e; margin-top: 2rem; }
.clips { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 32rem), 1fr)); }
svg { display: block; width: 100%; height: auto; }
audio { width: 100%; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { border-bottom: 1px solid #d0d0d0; padding: 0.15rem 0.8rem 0.15rem 0; text-align: left; vertical-align: top; }
.caption { font-size: 1.15rem; margin: 1rem 0 0.3rem; }
.yes { color: #00604a; }
.no { color: #a63c00; font-weight: 600; }
.edited td { background: #fff4d6; }
"""


def file_of(clip: MeasuredClip) -> str:
    """The name of a clip's file in the folder ``clips``.

    Example:
        >>> _plain("mix-00001-a"), _plain("../etc/a b")
        ('mix-00001-a', '---etc-a-b')
    """
    return f"{_plain(clip.name)}.flac"


def contact_sheets(title: str, quartets: Iterable[MeasuredQuartet]) -> str:
    """A page with a section for each quartet; clips are looked for in the folder ``clips`` beside it, by ``file_of``.

    Args:
        title: what it shows.
        quartets: in the order in which they are shown.

    Raises:
        MissingDependencyError: without matplotlib.
    """
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)}</title><style>{STYLE}</style></head><body>",
            f"<h1>{_text(title)}</h1>",
            "<p>Bars above a spectrogram are the script's events. Each caption is true of one clip and false of the "
            "other; the questions on which the two differ are marked. Under each clip stands what was measured of it, "
            "beside its script.</p>",
            *map(_section, quartets),
            "</body></html>",
            "",
        ]
    )


def _section(quartet: MeasuredQuartet) -> str:
    first = quartet.samples[0]
    how = f"change of {' and '.join(first.edits)}" if first.edits else "swap"
    captions: dict[tuple[Language, str], dict[str, Sample]] = {}
    for sample in quartet.samples:
        captions.setdefault((sample.language, sample.caption), {})[sample.clip] = sample
    return "\n".join(
        [
            f"<section><h2>{_text(first.quartet)}: {_text(how)}</h2>",
            f'<div class="clips">{"".join(map(_clip, quartet.clips.values()))}</div>',
            *(_caption(caption, language, held) for (language, caption), held in captions.items()),
            "</section>",
        ]
    )


# --- a clip --------------------------------------------------------------------------------------------------------


def _clip(clip: MeasuredClip) -> str:
    bars = [Bar(event["label"], event["onset"], event["offset"]) for event in clip.script.get("events", ())]
    wrong = sum(reading.agrees is False for reading in clip.readings)
    source = escape(quote(f"{CLIPS}/{file_of(clip)}"))
    return "\n".join(
        [
            f"<article><h3>{_text(clip.name)}</h3>",
            spectrogram(clip.name, clip.samples, clip.sample_rate, bars),
            f'<audio controls preload="none" src="{source}"></audio>',
            f"<p>{_text(_facts(clip.script))}</p>",
            f"<details{' open' if wrong else ''}><summary>{_text(_summary(clip.readings))}</summary>",
            _table(("measured", "of", "script", "clip", "agrees"), map(_reading, clip.readings)),
            "</details></article>",
        ]
    )


def _facts(script: Mapping[str, Any]) -> str:
    """What a script says beside its events, and how loud these are."""
    told = [f"{name} {_value(value)}" for name, value in script.items() if name != "events" and value is not None]
    told += [f"{event['label']} at {event['level_db']:.1f} dB" for event in script.get("events", ())]
    return "; ".join(told)


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return " to ".join(map(_value, value)) if isinstance(value, list | tuple) else str(value)


def _summary(readings: Sequence[Reading]) -> str:
    measured = [reading.agrees for reading in readings if reading.agrees is not None]
    return f"{sum(measured)} of {len(measured)} readings agree; {len(readings) - len(measured)} could not be measured"


def _reading(reading: Reading) -> str:
    tolerance = TOLERANCES[reading.what]
    heard = reading.reason or "" if reading.measured is None else f"{_value(reading.measured)} {tolerance.unit}"
    agrees = {True: _answer("yes"), False: _answer("no"), None: ""}[reading.agrees]
    cells = (reading.what, reading.about, f"{_value(reading.scripted)} ± {tolerance}", heard)
    return _row((*map(_text, cells), agrees))


# --- a caption -----------------------------------------------------------------------------------------------------


def _caption(caption: str, language: Language, held: Mapping[str, Sample]) -> str:
    samples = list(held.values())
    columns = ("question", "fact", *(f"{sample.clip}: {sample.label}" for sample in samples))
    entries = zip(*(sample.entries for sample in samples), strict=True)
    rows = [
        _row(
            (
                f'<span lang="{language}">{_text(entry[0].item.question)}</span>',
                _text(f"{entry[0].fact}{' (differs)' if entry[0].edited else ''}"),
                *(_answer("yes" if one.answer else "no") for one in entry),
            ),
            "edited" if entry[0].edited else "",
        )
        for entry in entries
    ]
    return f'<p class="caption" lang="{language}">{_text(caption)}</p>\n{_table(columns, rows)}'


def _answer(word: str) -> str:
    return f'<span class="{word}">{word}</span>'


def _table(columns: Sequence[str], rows: Iterable[str]) -> str:
    heads = "".join(f'<th scope="col">{_text(column)}</th>' for column in columns)
    return f'<div class="wide"><table><tr>{heads}</tr>{"".join(rows)}</table></div>'


def _row(cells: Iterable[str], look: str = "") -> str:
    opening = f'<tr class="{look}">' if look else "<tr>"
    return f"{opening}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _text(text: str) -> str:
    return escape(printable(text))


def _plain(name: str) -> str:
    """A name of letters, figures, hyphens and underscores."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
