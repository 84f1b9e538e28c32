"""The model card of the embedded judge; every number in it comes from ``results.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recipes.nano.config import Recipe

from earwitness.scenes.lexicon import LEXICON
from earwitness.scenes.sources import Synthesis

AIMS = {"auc": "0.97", "order": "0.95"}
# Chance is a half.
WEAK_BELOW = 0.65
_LANGUAGES = {"en": "English", "zh": "Chinese"}

CARD = """---
license: apache-2.0
language: [en, zh]
library_name: transformers
pipeline_tag: audio-text-to-text
tags: [audio, evaluation, qwen2_audio]
---

# The embedded judge (nano)

<!-- Written by recipes/nano/publish.py; do not edit. -->

A small audio language model that answers yes/no questions about everyday sounds, in English and Chinese. It ships with
earwitness so that the first score needs no download, and so that the package's tests listen to something real. It is
**not** a replacement for a large backbone: see "What it cannot hear".

- Architecture: stock `Qwen2AudioForConditionalGeneration`, {parameters:.1f} million parameters, trained from scratch;
  float16 safetensors ({megabytes:.1f} MB), run in float32.
- Hears up to {seconds} s at {sample_rate} Hz at once ({mels} mel bands, a frame every {hop_ms:.0f} ms).
- Prompt: `<|user|><|audio_bos|><|AUDIO|>...<|audio_eos|>QUESTION<|im_end|><|assistant|>`; the answer is the next
  token: yes or no, 是 or 否.

## What it hears

Recorded: {recorded}.

Synthesised by earwitness itself: {synthesised}.

For these it was taught presence and absence, order (before, after, first, last), two sounds together, and counts up to
three of sounds that come in units. Captions that name none of them are refused as `outside_vocabulary`, others are
flagged `partly_outside_vocabulary` where they hold untaught words (`vocabulary.json` lists what was taught).

## What it cannot hear

- Any other sound, and any other word for these: no speech and no words in it, no singing, no music, no vehicles but the
  helicopter, no other animals.
- Attributes: loud, distant, fast, old, indoors, male. "Heavy rain" is rain to it.
- How often a recorded sound happens beyond three, or at all for sounds without units (rain, sea, fire, engines).
- Kinds of questions that it was taught and did not learn well (the interval of their accuracy below reaches under
  {weak_below:.0%} in a language): {weak}.
- Order in other words than "A, then B": right in {order_any_en:.0%} (English) and {order_any_zh:.0%} (Chinese) of the
  balanced questions of all wordings below, against {order_then_en:.0%} and {order_then_zh:.0%} in that one.
- Sounds it never met may be taken for the nearest one it knows. Its probabilities were fitted to its own scenes.

## Held-out figures

Measured on {evaluated} of ESC-10 with weights that had learned from folds {trained} only, through the
loader that users call. **The weights in this folder are their twin: from the same start, their last {steps} steps had
folds {shipped}. So no clip of ESC-10 is unseen to them, and these figures cannot be repeated on them.**
Brackets: 95 % bootstrap intervals, by clip or scene. Captions are put in AQAScore's template 1. The held-out fold was
looked at along the way: that order stayed at chance (on the training folds as well), and that whole recordings scored
below trimmed ones, is why the recipe was changed in mid-run (`recipes/nano/NOTES.md`). No checkpoint was chosen by it:
the figures are the last step's.

{tables}

People named {people_right:.1%} of the same clips right out of ten names ({people_n} judgements).

## Training data

- ESC-10 (K. J. Piczak, "ESC: Dataset for Environmental Sound Classification", ACM MM 2015), folds {shipped}, the clips
  under CC0 and CC BY; the two clips under CC Sampling+ were left out. Author, title, licence and source of each clip:
  `ATTRIBUTION.csv`. As a set: CC BY 3.0.
- Sonic Pi sample collection (CC0): sounds mixed into a tenth of the scenes that no question names.
- Sounds synthesised by `earwitness.scenes` (part of this package).

## Training

`recipes/nano` (`run.sh` has the whole commands): scenes of up to three sounds drawn afresh for each step, seed {seed};
loss = answer token + list of events in order + frame-wise tags of a linear layer that is dropped; one CPU core.
Logs: `recipes/nano/log-*.jsonl`; notes, failures included: `recipes/nano/NOTES.md`; all figures:
`recipes/nano/results.json` ({date}, commit {commit}, weights {weights}).

`window_null.json` holds quantiles of the logits that these weights give to sounds that are not there, on {null_scenes};
it corrects the maximum over the windows of a long clip.
"""


def write_card(folder: Path, recipe: Recipe, results: Mapping[str, Any], *, null_scenes: str) -> None:
    """Write ``README.md`` into the checkpoint's folder."""
    weights = folder / "model.safetensors"
    text = CARD.format(
        parameters=weights.stat().st_size / 2e6,
        megabytes=weights.stat().st_size / 1e6,
        seconds=recipe.seconds,
        sample_rate=recipe.sample_rate,
        mels=recipe.mels,
        hop_ms=1000 * recipe.hop / recipe.sample_rate,
        recorded=", ".join(label for label in LEXICON if label not in Synthesis.labels),
        synthesised=", ".join(Synthesis.labels),
        evaluated=f"the {results['presence']['clips']} clips of fold {' and '.join(results['evaluated_on_folds'])}",
        trained=", ".join(results["trained_on_folds"]),
        shipped=", ".join(recipe.folds),
        tables="\n".join(_tables(results)),
        weak=", ".join(_weak(results["by_kind"])) or "none",
        weak_below=WEAK_BELOW,
        **{f"order_any_{language}": results["by_kind"][language]["order"]["value"] for language in _LANGUAGES},
        **{f"order_then_{language}": results["order"][language]["accuracy"]["value"] for language in _LANGUAGES},
        people_right=results["people"]["right"],
        people_n=results["people"]["judgements"],
        seed=recipe.seed,
        steps=recipe.steps,
        date=results["date"],
        commit=results["commit"],
        weights=results["weights"]["sha256"],
        null_scenes=null_scenes,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def _weak(kinds: Mapping[str, Any]) -> list[str]:
    return [
        kind
        for kind, estimate in kinds["en"].items()
        if kind != "calibration_error"
        and min(e["low"] for e in (estimate, kinds["zh"].get(kind)) if e is not None) < WEAK_BELOW
    ]


def _tables(results: Mapping[str, Any]) -> Iterator[str]:
    yield from _summary(results)
    yield ""
    yield from _by_class(results)
    yield ""
    yield from _by_kind(results["by_kind"])
    yield ""
    yield from _controls(results["controls"])


def _summary(results: Mapping[str, Any]) -> Iterator[str]:
    presence, order = results["presence"], results["order"]
    auc = presence["auc"]
    yield "| | English | Chinese | aim |"
    yield "|---|---|---|---|"
    rows = {
        "Presence, all 10 questions of each clip: AUC": ("clause", AIMS["auc"]),
        "- caption is the bare label": ("bare", ""),
        "- plain question": ("plain", ""),
        "- clips trimmed, in one common background": ("common_background", AIMS["auc"]),
    }
    for title, (form, aim) in rows.items():
        yield _row(title, [auc[f"{language}_{form}"] for language in _LANGUAGES], aim)
    for title, key in {
        "Single judgements right, p > 0.5": "single_judgements",
        "- yes and no weighted equally": "balanced_judgements",
        "Likeliest of ten right": "ten_way",
        "Calibration error, one yes to nine no": "calibration_error",
    }.items():
        yield _row(title, [presence[f"{language}_{key}"] for language in _LANGUAGES], "")
    kinds = results["by_kind"]
    title = f"- as many yes as no, all kinds of questions on {kinds['scenes']} scenes"
    yield _row(title, [kinds[language]["calibration_error"] for language in _LANGUAGES], "")
    for title, key in {
        f'"A, then B" in {order["scenes"]} scenes of two held-out clips: accuracy': "accuracy",
        "- the true order scores higher than the reverse": "right_order_scores_higher",
        "- AUC": "auc",
    }.items():
        yield _row(title, [order[language][key] for language in _LANGUAGES], AIMS["order"] if key == "accuracy" else "")
    shuffled = presence["shuffled_captions_auc"]
    yield f"| Control: each clip answers for another one, AUC | {_estimate(shuffled)} | | 0.5 |"


def _by_class(results: Mapping[str, Any]) -> Iterator[str]:
    presence = results["presence"]
    yield "| presence AUC by sound | English | Chinese |"
    yield "|---|---|---|"
    for label, value in presence["en_auc_by_class"].items():
        yield f"| {label} | {value:.3f} | {presence['zh_auc_by_class'][label]:.3f} |"
    for label, value in results["synthesised_auc"].items():
        yield f"| {label} (synthesised) | {value:.3f} | |"


def _by_kind(kinds: Mapping[str, Any]) -> Iterator[str]:
    yield f"| balanced questions, {kinds['scenes']} held-out scenes of 0-3 sounds: accuracy | English | Chinese |"
    yield "|---|---|---|"
    for kind in ("accuracy", *(k for k in kinds["en"] if k not in ("accuracy", "calibration_error"))):
        title = "all" if kind == "accuracy" else kind
        yield _row(title, [kinds[language].get(kind) for language in _LANGUAGES], None)


def _controls(controls: Mapping[str, Any]) -> Iterator[str]:
    yield "| control: presence questions answered yes | share | mean p_yes | highest |"
    yield "|---|---|---|---|"
    for name, control in controls.items():
        sound, language = name.rsplit("_", 1)
        highest = ", ".join(f"{label} {value:.2f}" for label, value in control["highest"].items())
        title, share = f"{sound}, {_LANGUAGES[language]}", f"{control['answered_yes']:.1%}"
        yield f"| {title} | {share} | {control['mean_p_yes']:.3f} | {highest} |"


def _row(title: str, values: list[Any], aim: str | None) -> str:
    cells = [title, *(_estimate(value) for value in values), *([] if aim is None else [aim])]
    return "| " + " | ".join(cells) + " |"


def _estimate(value: Mapping[str, float] | None) -> str:
    return "" if value is None else f"{value['value']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"
