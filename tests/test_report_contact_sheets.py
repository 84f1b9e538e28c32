"""A page that shows everything, escapes everything, and fetches nothing but the clips beside it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from earwitness.report.contact_sheets import CLIPS, contact_sheets, file_of
from earwitness.scenes.dataset.stored import Entry, Sample
from earwitness.scenes.recovery.heard import MeasuredClip, MeasuredQuartet
from earwitness.scenes.recovery.readings import Reading
from earwitness.types import Item, Language

pytest.importorskip("matplotlib")

ATTACK = "<script>alert('x')</script> & \"quotes\""
RATE = 16_000


def sample(heard: str, told: str, language: Language = "en", caption: str = "") -> Sample:
    matches = heard == told
    items = [Entry(Item("q1", "Is there a bell?", "event", "sound", (0, 1)), "event", True, False)]
    items.append(Entry(Item("q2", f"Twice? {ATTACK}", "count", "count", (0, 1), ("q1",)), "count", matches, True))
    return Sample(
        "en/x.parquet, row 1", f"q-{heard}{told}", language, caption or f"A bell, as in {told}: {ATTACK}",
        "yes" if matches else "no", "pos" if matches else "neg_change", "sound", f"quartet {ATTACK}",
        f"clip-{heard}", "neg_change", ("count",), tuple(items), {"events": []},
    )  # fmt: skip


def heard(name: str, *readings: Reading) -> MeasuredClip:
    event = {"label": ATTACK, "onset": 0.2, "offset": 0.7, "level_db": -20.0, "role": "foreground"}
    script = {"events": [event], "tempo": 61.5, "words": ATTACK, "f0_band": [80, 140]}
    samples = np.random.default_rng(0).standard_normal(RATE).astype(np.float32)
    return MeasuredClip(name, "sound", b"fLaC", samples, RATE, script, readings)


def page(*readings: Reading) -> str:
    samples = [sample(one, other) for one in "ab" for other in "ab"]
    chinese = [sample(one, other, "zh", f"钟声{other}。") for one in "ab" for other in "ab"]
    clips = {f"clip-{side}": heard(f"clip-{side}", *readings) for side in "ab"}
    return contact_sheets(f"A set {ATTACK}", [MeasuredQuartet((*samples, *chinese), clips)])


class Seen(HTMLParser):
    """Tags with their attributes, and the text between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def test_everything_is_escaped():
    text = page(Reading("onset", ATTACK, 0.2, None, ATTACK))
    seen = Seen(text)
    assert not seen.of("script")
    assert "<script" not in text
    assert seen.text.count("<script>alert('x')") > 10  # as text


def test_nothing_is_fetched_but_the_clips():
    text = page()
    seen = Seen(text)
    sources = [attributes["src"] for attributes in seen.of("audio")]
    assert sources == [f"{CLIPS}/clip-a.flac", f"{CLIPS}/clip-b.flac"]
    addresses = [str(value) for _, known in seen.tags for name, value in known.items() if name in ("href", "src")]
    assert not [address for address in addresses if re.match(r"\w+:|//", address) and not address.startswith("data:")]
    assert "url(http" not in text
    assert "@import" not in text


def test_each_clip_has_a_picture_that_speaks():
    text = page()
    assert text.count("<svg ") == 2
    assert text.count('role="img"') == 2
    assert text.count("0.20 to 0.70 s") == 2
    assert text.count("data:image/png;base64,") == 2


def test_captions_stand_once_in_each_language():
    seen = Seen(page())
    languages = [known["lang"] for known in seen.of("p") if known.get("class") == "caption"]
    assert languages == ["en", "en", "zh", "zh"]
    assert seen.text.count("钟声a。") == 1


def test_answers_and_what_was_edited_are_told_in_words():
    text = page()
    assert text.count("count (differs)") == 4
    assert text.count('<tr class="edited">') == 4
    # Of each caption's two items one is true of both clips, the other of its own alone.
    assert text.count('<span class="yes">yes</span>') == 4 * 3
    assert text.count('<span class="no">no</span>') == 4
    assert "clip-a: yes" in text
    assert "clip-a: no" in text


def test_readings_stand_beside_the_script():
    text = page(
        Reading("onset", "bell", 0.2, 0.21),
        Reading("level", "bell", -20.0, -30.0),
        Reading("offset", "bell", 0.7, None, "the room rings on"),
    )
    assert text.count("1 of 2 readings agree; 1 could not be measured") == 2
    assert "the room rings on" in text
    assert "0.2 ± 0.05 s" in text
    # What does not agree is not folded away.
    assert text.count("<details open>") == 2
    assert "<details open>" not in page(Reading("onset", "bell", 0.2, 0.21))


def test_facts_of_the_script_are_told():
    assert "tempo 61.5; words" in page()
    assert "f0_band 80 to 140" in page()


def test_a_clips_name_leads_nowhere_else():
    name = file_of(heard("../../etc/passwd"))
    assert Path(name).name == name
    assert not name.startswith(".")
