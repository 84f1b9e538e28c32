"""Quartets: what two sketches differ in; and that neither captions nor clips alone tell the answer."""

import io
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
import pytest
import soundfile
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from earwitness.errors import UsageError
from earwitness.scenes.dataset import quartets
from earwitness.scenes.dataset.quartets import draw_quartet
from earwitness.scenes.dataset.stored import LANGUAGES, read_samples
from earwitness.scenes.domains.base import Claim
from small_quartets import Tones
from small_sets import all_domains, told

SUBSETS = ("speech", "speech_gen", "sound", "sound_gen", "music", "music_gen", "mix")
PARTS = {"speech": SUBSETS[:2], "sound": SUBSETS[2:4], "music": SUBSETS[4:6], "mix": SUBSETS[6:], "all": SUBSETS}


# --- a domain of lamps, which can be made to misbehave -------------------------------------------------------------


@dataclass(frozen=True)
class Lamps:
    """A sketch: which lamps are on, one a fact, and of which one could argue."""

    on: dict
    doubted: tuple = ()

    @property
    def claims(self):
        return tuple(Claim(fact, value=int(value)) for fact, value in self.on.items())

    def holds(self, claim):
        return self.on[claim.fact] == bool(claim.value)

    def doubtful(self, claim):
        return claim.fact in self.doubted


@dataclass(frozen=True)
class Switches:
    """A domain of lamps.

    ``strays`` are facts that change half of the time when another is edited, ``never`` two that cannot both be edited;
    ``doubts`` is how often a lamp is in doubt, ``starts`` what all lamps are drawn as.
    """

    facts: tuple = ("order", "overlap", "count")
    strays: tuple = ()
    never: frozenset = frozenset()
    doubts: float = 0.0
    starts: bool | None = None
    takes_along: dict = field(default_factory=dict)
    subset: str = "sound"

    def draw(self, fact, rng):
        on = {known: bool(rng.random() < 0.5) if self.starts is None else self.starts for known in self.facts}
        return Lamps(on, self._doubted(rng))

    def _doubted(self, rng):
        return tuple(known for known in self.facts if rng.random() < self.doubts)

    def edit(self, sketch, facts, rng):
        if self.never == set(facts):
            return None
        changed = {*facts, *(other for other in self.strays if rng.random() < 0.5)}
        return Lamps({known: on != (known in changed) for known, on in sketch.on.items()}, self._doubted(rng))


def drawn(domain, count, seed=0):
    return [draw_quartet(domain, number, seed) for number in range(count)]


def false_facts(quartet):
    """Of which facts a caption of the quartet says what is false of the other clip, both ways."""
    first, second = quartet.sketches
    return [{c.fact for c in one.claims if not other.holds(c)} for one, other in ((first, second), (second, first))]


# --- what is drawn -------------------------------------------------------------------------------------------------


def test_kinds_of_negatives_and_facts_come_in_turn():
    # Each third a swap; of the changes each third in two facts, and single facts in turn.
    event, count, both, swap = ("event",), ("count",), ("event", "count"), ()
    wanted = [event, count, swap, both, event, swap, count, both, swap]
    found = drawn(Tones(), 18)
    assert [quartet.edits for quartet in found] == 2 * wanted
    assert [quartet.negative for quartet in found] == 2 * ["neg_change" if edits else "neg_swap" for edits in wanted]
    assert [quartet.name for quartet in found[:2]] == ["sound-00000", "sound-00001"]


def test_pairs_of_facts_come_in_turn_neighbours_first():
    pairs = [quartet.edits for quartet in drawn(Switches(), 18) if len(quartet.edits) == 2]
    assert pairs == [("order", "overlap"), ("overlap", "count"), ("order", "count"), ("order", "overlap")]


def test_a_pair_that_never_meets_is_passed_over():
    domain = Switches(never=frozenset({"order", "overlap"}))
    found = drawn(domain, 18)
    pairs = [quartet.edits for quartet in found if len(quartet.edits) == 2]
    assert pairs == [("overlap", "count"), ("overlap", "count"), ("order", "count"), ("overlap", "count")]
    single = [quartet.edits for quartet in drawn(Switches(), 18) if len(quartet.edits) == 1]
    assert [quartet.edits for quartet in found if len(quartet.edits) == 1] == single


def test_what_changes_more_than_was_edited_is_drawn_again():
    for quartet in drawn(Switches(strays=("count",)), 60):
        if quartet.edits:
            assert false_facts(quartet) == 2 * [set(quartet.edits)]


def test_an_edit_takes_along_what_is_said_to_go_with_it():
    domain = Switches(strays=("count",), takes_along={"order": frozenset({"count"})})
    found = [set().union(*false_facts(q)) for q in drawn(domain, 120) if q.edits == ("order",)]
    assert sorted(map(sorted, {frozenset(facts) for facts in found})) == [["count", "order"], ["order"]]


def test_nothing_is_held_against_a_clip_of_which_one_could_argue():
    doubting = Switches(doubts=0.3)
    rng = np.random.default_rng(0)
    assert any(doubting.draw("order", rng).doubted for _ in range(9))
    assert not any(sketch.doubted for quartet in drawn(doubting, 60) for sketch in quartet.sketches)


def test_a_swap_breaks_at_least_half_of_what_either_caption_says():
    # Of five claims three; a draw without a floor would break two or fewer as often.
    five = Switches(("order", "overlap", "count", "loudness", "absence"))
    broken = [len(facts) for quartet in drawn(five, 90) if not quartet.edits for facts in false_facts(quartet)]
    assert len(broken) == 60
    assert set(broken) == {3, 4, 5}


def test_what_was_edited_is_not_told_by_its_place():
    found = [draw_quartet(Switches(starts=True), number, 0) for number in range(300) if number % 3 < 2]
    originals = Counter(all(quartet.sketches[0].on.values()) for quartet in found)
    # Of 200 tosses within 4 standard deviations of 100.
    assert abs(originals[True] - 100) < 4 * np.sqrt(50)


def test_what_cannot_be_made_is_told():
    with pytest.raises(
        UsageError, match=r"^'sound': no sketch could be changed in order, overlap; add other recordings"
    ):
        draw_quartet(Switches(("order", "overlap"), never=frozenset({"order", "overlap"})), 3, 0)
    with pytest.raises(UsageError, match=r"^'sound': no two sketches lie 50% apart; add other recordings or speakers"):
        draw_quartet(Switches(starts=True), 2, 0)


def test_the_same_arguments_give_the_same_quartet_and_others_another():
    def script(**changed):
        quartet = draw_quartet(**{"domain": Switches(SUBSETS), "number": 0, "seed": 0, **changed})
        return quartet.seed, *(tuple(sketch.on.values()) for sketch in quartet.sketches)

    first = script()
    others = [{"seed": 1}, {"attempt": 1}, {"number": 1}, {"domain": Switches(SUBSETS, subset="mix")}]
    assert script() == first
    assert len({first, *(script(**changed) for changed in others)}) == 5


# --- the real domains ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def domains(tmp_path_factory):
    return all_domains(tmp_path_factory.mktemp("tones") / "made-of")


@pytest.mark.parametrize("subset", SUBSETS)
def test_two_sketches_differ_as_they_say(domains, subset):
    domain = domains[subset]
    for quartet in drawn(domain, 60):
        first, second = quartet.sketches
        taken_along = set(quartet.edits).union(*(domain.takes_along.get(fact, ()) for fact in quartet.edits))
        for one, other, false in zip((first, second), (second, first), false_facts(quartet), strict=True):
            assert all(map(one.holds, one.claims))
            assert not any(map(other.doubtful, one.claims))
            if quartet.edits:
                assert false <= taken_along
                assert all(false & {fact, *domain.takes_along.get(fact, ())} for fact in quartet.edits)
            else:
                assert 2 * sum(not other.holds(claim) for claim in one.claims) >= len(one.claims)


@pytest.mark.parametrize("subset", SUBSETS)
def test_each_fact_is_changed_as_often_as_the_others(domains, subset):
    counts = Counter(quartet.edits for quartet in drawn(domains[subset], 90) if len(quartet.edits) == 1)
    assert {fact for (fact,) in counts} == set(domains[subset].facts)
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caption_has_one_rubric_wherever_it_stands(domains, language):
    rubrics = defaultdict(set)
    for row in told(domains.values(), 60, language):
        asked = zip(row["rubric"], row["items"], strict=True)
        items = tuple((*entry.values(), item["id"], item["kind"], item["fact"], item["start"]) for entry, item in asked)
        rubrics[row["caption"]].add(items)
        for _, question, basis, *_, start in items:
            assert question.endswith({"en": "?", "zh": "？"}[language])
            assert basis
            assert row["caption"][start : start + len(basis)] == basis
    assert {len(found) for found in rubrics.values()} == {1}


# --- readers without ears, and listeners without words -------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(built_in_set):
    return list(read_samples(built_in_set))


def test_matched_and_mismatched_are_one_to_one_in_each_subset(samples):
    assert {sample.subset for sample in samples} == {"sound_gen", "music_gen", "mix"}
    for language in LANGUAGES:
        of_language = [sample for sample in samples if sample.language == language]
        assert len(of_language) == 400
        for subset in ("sound_gen", "music_gen", "mix"):
            types = Counter(sample.type for sample in of_language if sample.subset == subset)
            made = types.total() // 4
            # One quartet in three is a swap; two of its four samples are mismatched.
            assert types == {"pos": 2 * made, "neg_swap": 2 * (made // 3), "neg_change": 2 * (made - made // 3)}
    assert all((sample.label == "yes") == (sample.type == "pos") for sample in samples)
    assert all((sample.label == "yes") == all(entry.answer for entry in sample.entries) for sample in samples)


@pytest.mark.parametrize("what", ["caption", "clip"])
def test_every_caption_and_every_clip_has_as_many_yes_as_no(samples, what):
    answers = defaultdict(list)
    for sample in samples:
        within = (sample.language, sample.subset, sample.negative, sample.edits)
        answers[within, getattr(sample, what)].append(sample.label)
    assert {tuple(sorted(Counter(labels).items())) for labels in answers.values()} <= {
        (("no", times), ("yes", times)) for times in (1, 2, 3)
    }


def test_of_each_question_that_was_edited_one_answer_is_yes_and_one_is_no(samples):
    answers = defaultdict(list)
    for sample in samples:
        for entry in sample.entries:
            asked = (sample.language, sample.quartet, sample.caption, entry.item.id, entry.item.question)
            answers[asked, entry.edited].append(entry.answer)
    assert {(edited, tuple(sorted(found))) for (_, edited), found in answers.items()} == {
        (True, (False, True)),
        (False, (True, True)),
    }
    # Of a caption at least one item was edited.
    edited = {(language, caption) for ((language, _, caption, *_), changed) in answers if changed}
    assert edited == {(sample.language, sample.caption) for sample in samples}


def read(texts, answers, units):
    """AUC and accuracy of a linear reader of words, characters of Chinese, and their pairs, on quartets held out."""
    counts = CountVectorizer(token_pattern=r"[a-z']+|[\u3400-\u9fff]", ngram_range=(1, 2)).fit_transform(texts)
    return guessed(counts, answers, units)


def guessed(features, answers, units):
    reader = LogisticRegression(C=0.1, max_iter=300)
    folds = GroupKFold(5)
    sure = cross_val_predict(reader, features, answers, groups=units, cv=folds, method="predict_proba")[:, 1]
    return roc_auc_score(answers, sure), accuracy_score(answers, sure > 0.5)


@pytest.fixture(scope="module")
def captions(domains):
    """Of all subsets, 60 quartets each."""
    return {language: told(domains.values(), 60, language) for language in LANGUAGES}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_alone_give_no_answer(captions, part, language):
    rows = [row for row in captions[language] if row["subset"] in PARTS[part]]
    texts, labels = [row["caption"] for row in rows], [row["label"] == "yes" for row in rows]
    assert read(texts, labels, [row["quartet"] for row in rows]) == pytest.approx((0.5, 0.5), abs=1e-9)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_alone_give_no_answer(captions, part, language):
    asked = [
        (row["quartet"], row["caption"], entry["question"], item["answer"])
        for row in captions[language]
        if row["subset"] in PARTS[part]
        for entry, item in zip(row["rubric"], row["items"], strict=True)
        if item["edited"]
    ]
    units, said, questions, answers = zip(*asked, strict=True)
    assert read(questions, answers, units) == pytest.approx((0.5, 0.5), abs=1e-9)
    both = [f"{caption} {question}" for caption, question in zip(said, questions, strict=True)]
    assert read(both, answers, units) == pytest.approx((0.5, 0.5), abs=1e-9)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reader_finds_a_set_whose_negatives_are_the_edited_captions(domains, language, monkeypatch):
    # As sets are made that have each clip once with its own caption and once with an edited one: what an edit tends to
    # bring into a caption gives it away.
    monkeypatch.setattr(quartets, "_tossed", lambda first, second, rng: (first, second))
    made = told(domains.values(), 100, language)
    rows = [row for row in made if row["negative"] == "neg_change" and row["clip"].endswith("-a")]
    texts, labels = [row["caption"] for row in rows], [row["label"] == "yes" for row in rows]
    assert np.mean(labels) == 0.5
    auc, _ = read(texts, labels, [row["quartet"] for row in rows])
    assert auc > 0.57


def test_clips_alone_give_no_answer(built_in_set):
    samples = list(read_samples(built_in_set, ("en",), clips=True))
    features = np.array([length_and_level(sample.audio) for sample in samples])
    labels, units = [sample.label == "yes" for sample in samples], [sample.quartet for sample in samples]
    assert guessed(features, labels, units) == pytest.approx((0.5, 0.5), abs=1e-9)
    # The same listener finds what can be heard: which clips are music.
    music = [sample.subset == "music_gen" for sample in samples]
    assert guessed(features, music, units)[0] > 0.7


def length_and_level(clip):
    decoded, rate = soundfile.read(io.BytesIO(clip))
    return len(decoded) / rate, 10 * np.log10(np.mean(np.square(decoded)) + 1e-12)
