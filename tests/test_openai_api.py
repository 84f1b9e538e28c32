"""The server backbone against a server that fails as servers do (J1, J3, J4, J5 of the quality list)."""

import json
import logging
import math
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from earwitness import AQAScore, Pair, evaluate, from_array
from earwitness.backbones import LoadOptions, ServerOptions, load_backbone, load_writer
from earwitness.backbones.base import Backbone, Request, TextPrompt, Writer, Writing, p_yes, resolve_forms
from earwitness.backbones.openai_api import ServerBackbone, ServerWriter, load
from earwitness.backbones.origins import key, request_origins
from earwitness.backbones.server.transport import Transport
from earwitness.backbones.server.wav import wav
from earwitness.errors import BackboneError, CaptionError, ClipError, UsageError
from earwitness.judges.prompted import DigitExpectation
from earwitness.rubrics.template import template
from earwitness.types import NO_AUDIO
from faults.fault_server import FAULTS, FaultServer

TOP_ONLY = frozenset({"top"})


@pytest.fixture(autouse=True)
def _without_key(monkeypatch):
    for name in ("EARWITNESS_API_KEY", "OPENAI_API_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def clip(number, seconds=0.15):
    samples = np.random.default_rng(number).uniform(-0.5, 0.5, int(16000 * seconds))
    return from_array(samples.astype(np.float32), 16000)


def pairs(count):
    return [Pair(clip(n), f"sound number {n}", id=str(n)) for n in range(count)]


def connected(server, *, waits=None, batch_size="auto", clock=time.monotonic, **options):
    """A backbone that does not really wait; ``waits`` notes how long it would have."""
    noted = [] if waits is None else waits
    transport = Transport(server.address, ServerOptions(**options), sleep=noted.append, today=lambda: 0.0, clock=clock)
    return ServerBackbone(transport, batch_size=batch_size)


def truth(server, pair):
    return server.p_yes(wav(pair.audio.samples, 16000, "float32"), template(1).ask(pair.caption, "en"))


def ask(backbone, *questions, system=None, number=0):
    forms = resolve_forms(backbone, "en", "logsumexp")
    return backbone.answer([Request(clip(number), questions, forms.all, system)])[0], forms


class TestAThousandPairsOnABadServer:
    """J1: 1,000 final rows, at most 6 tries each, 0 invented scores."""

    @pytest.mark.heavy
    @pytest.mark.parametrize("ways", [frozenset({"exact", "top"}), TOP_ONLY], ids=["exact", "top"])
    def test_every_pair_has_its_own_answer_or_a_reason(self, ways, heavy):
        count, waits = 1000 if "exact" in ways else heavy.size(1000), []
        with FaultServer(faults=FAULTS, ways=ways) as server:
            backbone = connected(server, waits=waits, deadline=1.0, batch_size=250)
            asked = pairs(count)
            scores = list(AQAScore(backbone).score_all(asked))
        assert [score.pair_id for score in scores] == [pair.id for pair in asked]
        # One in ten fails a try: six in a row are one in a million.
        assert [score.error for score in scores if score.status != "ok"] == []
        assert max(server.tries.values()) <= 6
        assert sum(server.tries.values()) > count * 1.05
        # Of 20 tokens told, the two rarest forms of each side may be left out: half of their bound is not their truth.
        tolerance = 1e-6 if "exact" in ways else 0.01
        wrong = [
            pair.id
            for pair, score in zip(asked, scores, strict=True)
            if abs(score.values["alignment"] - truth(server, pair)) > tolerance
        ]
        assert wrong == []
        # Retry-After says 3 or 4 s; a first wait of ours is at most two seconds.
        assert {3.0, 4.0} <= {round(wait, 6) for wait in waits}
        heavy.record(f"server, {backbone.identity['log_probs']}", pairs=count, tries=sum(server.tries.values()))

    def test_a_server_that_fails_most_leaves_reasons(self):
        with FaultServer(faults={"server_error": 0.4, "rate_limit": 0.3, "bad_json": 0.2}) as server:
            asked = pairs(40)
            scores = list(AQAScore(connected(server)).score_all(asked))
        failed = [score for score in scores if score.status == "unscored"]
        # .9 ** 6 = .53 of them fail six times in a row.
        assert 10 <= len(failed) <= 32
        assert {score.error.code for score in failed} <= {"server_error", "rate_limited", "bad_reply"}
        assert all(score.values["alignment"] is None for score in failed)
        assert all("Tried 6 times." in score.error.message for score in failed)
        assert max(server.tries.values()) == 6
        for pair, score in zip(asked, scores, strict=True):
            if score.status == "ok":
                assert score.values["alignment"] == pytest.approx(truth(server, pair), abs=1e-6)

    def test_tokens_that_were_not_told_leave_a_pair_unscored(self):
        # J5: yes and no have a hundredth together, 40 other words .025 each: no form is among the 20 told.
        with FaultServer(ways=TOP_ONLY, mass={"number 3?": 0.01}) as server:
            scores = list(AQAScore(connected(server)).score_all(pairs(6)))
        assert [score.status for score in scores] == ["ok", "ok", "ok", "unscored", "ok", "ok"]
        assert scores[3].error.code == "outside_top_k"
        assert scores[3].values["alignment"] is None

    def test_a_model_that_answers_something_else_is_flagged(self):
        # J3: the mass is always there; under a half the answer is off format.
        with FaultServer(mass={"number 1?": 0.3, "number": 0.8}) as server:
            scores = list(AQAScore(connected(server)).score_all(pairs(2)))
        # The single tokens of an English answer have .9 + .05 + .02 + .01 + .005 + .005 = .99 of each side.
        assert [score.verdicts[0].mass for score in scores] == pytest.approx([0.8 * 0.99, 0.3 * 0.99])
        assert [score.verdicts[0].status for score in scores] == ["ok", "off_format"]
        assert "off_format" in scores[1].flags


class TestWhatStopsAtOnce:
    """J4."""

    @pytest.mark.parametrize(
        ("status", "said"),
        [(401, "refuses the key"), (403, "refuses the key"), (404, "no such address or model"), (402, "to be paid")],
    )
    def test_a_run_stops(self, status, said, tmp_path):
        with FaultServer() as server:
            backbone = connected(server)
            server.status = status
            sent = backbone.spent.requests
            with pytest.raises(BackboneError, match=said) as caught:
                evaluate(AQAScore(backbone), pairs(3), tmp_path / "run", progress=False)
        assert caught.value.exit_code == 5
        assert backbone.spent.requests - sent <= 3  # one try each

    def test_what_was_answered_before_it_stopped_is_kept(self, tmp_path):
        with FaultServer() as server:
            backbone = connected(server, concurrency=1, batch_size=20)
            reply, count = server.reply, [0]

            def reply_nine_times(*asked):
                count[0] += 1
                server.status = 401 if count[0] == 9 else server.status
                return reply(*asked)

            server.reply = reply_nine_times
            with pytest.raises(BackboneError, match="refuses the key"):
                evaluate(AQAScore(backbone), pairs(30), tmp_path / "run", progress=False)
            server.status, server.reply, asked = 200, reply, len(server.bodies)
            run = evaluate(AQAScore(connected(server)), pairs(30), tmp_path / "run", progress=False)
            again = sum("sound number" in json.dumps(body["messages"]) for body in server.bodies[asked:])
        assert run.n_scored == 30
        # Nine of the first twenty had their answers.
        assert again == 21

    def test_what_is_too_long_fails_alone_and_is_not_tried_again(self):
        text = "This model's maximum context length is 1024 tokens. However, your prompt contains 2000."
        with FaultServer() as server:
            backbone = connected(server)
            server.status, server.error = 400, text
            sent = backbone.spent.requests
            answer, _ = ask(backbone, "Is it a dog?")
        assert isinstance(answer, ClipError)
        assert answer.code == "context_overflow"
        assert backbone.spent.requests - sent == 1

    def test_a_model_that_is_not_served_is_told_at_once(self):
        with FaultServer(models=("one", "two")) as server:
            with pytest.raises(BackboneError, match="no model 'three'; it serves one, two"):
                load_backbone(f"{server.address}#three")
            with pytest.raises(BackboneError, match="not one model alone; it serves one, two"):
                load_backbone(server.address)
            assert load_backbone(f"{server.address}#two").name == "two"

    def test_a_server_that_refuses_clips_is_told_with_a_hint(self):
        with (
            FaultServer(status=400, error="cannot read this WAV") as server,
            pytest.raises(BackboneError, match=r"start-up check: .*cannot read this WAV\. If it is the audio: try"),
        ):
            load_backbone(server.address)

    def test_a_server_that_is_not_there(self):
        with FaultServer() as server:
            address = server.address
        with pytest.raises(BackboneError, match=r"cannot be reached.*Is the server running"):
            load_backbone(address)

    def test_a_server_that_goes_away_stops_the_run_and_what_was_scored_is_kept(self, tmp_path):
        waits = []
        with FaultServer() as server:
            backbone = connected(server, waits=waits, concurrency=1, clock=lambda: sum(waits))
            asked = pairs(30)

            def leaving():
                for pair in asked:
                    if pair.id == "20":
                        server.status = 503
                    yield pair

            with pytest.raises(BackboneError, match="10 requests in a row, each after up to 6 tries"):
                evaluate(AQAScore(backbone), leaving(), tmp_path / "run", progress=False)
            server.status = 200
            run = evaluate(AQAScore(backbone), asked, tmp_path / "run", progress=False)
        assert run.n_scored == 30


HANGING = """
import sys
import numpy as np
from earwitness import AQAScore, Pair, evaluate, from_array
from earwitness.backbones import ServerOptions, load_backbone

judge = AQAScore(load_backbone(sys.argv[1], server=ServerOptions(concurrency=2)))
pairs = [Pair(from_array(np.full(8000, n / 9, "f4"), 16000), f"sound number {n}", id=str(n)) for n in range(6)]
print(evaluate(judge, pairs, sys.argv[2], progress=False).failures)
"""


class TestAProgramEnds:
    def test_although_a_request_hangs_when_another_stops_the_run(self, tmp_path):
        with FaultServer() as server:
            reply, hangs = server.reply, threading.Event()

            def reply_or_hang(wav, question, body):
                if "sound number 0" in question:
                    hangs.set()
                    server.closing.wait(100)
                if "sound number 1" in question:
                    hangs.wait(50)
                    server.status = 401
                return reply(wav, question, body)

            server.reply = reply_or_hang
            program = [sys.executable, "-c", HANGING, server.address, str(tmp_path / "run")]
            done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
        assert (done.stdout, done.returncode) == ("{'run_stopped': 5}\n", 0)


class TestKeys:
    KEY = "sk-secret-0123456789"

    @pytest.mark.parametrize("variable", ["EARWITNESS_API_KEY", "OPENAI_API_KEY"])
    @pytest.mark.parametrize("status", [400, 401, 404, 500])
    def test_a_server_that_repeats_the_key_gets_it_into_nothing(self, variable, status, monkeypatch, caplog, tmp_path):
        monkeypatch.setenv(variable, self.KEY)
        caplog.set_level(logging.DEBUG)
        with FaultServer(error="you sent {key}, and again " + "x" * 170 + "{key}") as server:
            backbone = connected(server)
            server.status = status
            texts = []
            try:
                evaluate(AQAScore(backbone), pairs(2), tmp_path / "run", progress=False)
            except BackboneError as error:
                texts += [str(error), repr(error)]
            shown = [repr(backbone), repr(vars(backbone)), repr(vars(backbone._transport)), str(backbone.identity)]
        written = [path.read_bytes().decode("utf-8", "replace") for path in (tmp_path / "run").iterdir()]
        assert any("you sent Bearer ***" in text or "refuses the key" in text for text in [*texts, *written])
        # Not even the part of it that is left where a long text is cut.
        assert [text for text in [*texts, *shown, *written, caplog.text] if self.KEY[:9] in text] == []

    def test_the_key_is_sent_and_ours_goes_first(self, monkeypatch):
        monkeypatch.setenv("OPENAI_API_KEY", "other")
        monkeypatch.setenv("EARWITNESS_API_KEY", self.KEY)
        assert Transport("http://host/v1", ServerOptions())._key.headers == {"Authorization": f"Bearer {self.KEY}"}

    @pytest.mark.parametrize("address", ["http://user:secret@host/v1", "https://host/v1?api-key=secret"])
    def test_an_address_with_a_key_is_refused(self, address):
        with pytest.raises(UsageError, match="read from the environment only") as caught:
            load_backbone(address)
        assert "secret" not in str(caught.value)


class TestAnswers:
    def test_the_log_probabilities_are_the_servers(self):
        with FaultServer() as server:
            backbone = connected(server)
            (answer, forms) = ask(backbone, "Is it a dog?", "Is it a cat?")
        expected = [
            server.probabilities(wav(clip(0).samples, 16000, "float32"), question)
            for question in ("Is it a dog?", "Is it a cat?")
        ]
        assert forms.yes == ("Yes", " Yes", "yes", " yes", "YES", " YES")
        np.testing.assert_allclose(answer, np.log([[told[form] for form in forms.all] for told in expected]))

    def test_many_questions_on_many_clips_come_back_in_order(self):
        questions = tuple(f"Is it sound {n}?" for n in range(5))
        with FaultServer() as server:
            backbone = connected(server)
            forms = resolve_forms(backbone, "en", "logsumexp")
            answers = backbone.answer([Request(clip(n), questions, forms.all) for n in range(7)])
        for number, answer in enumerate(answers):
            heard = wav(clip(number).samples, 16000, "float32")
            expected = [server.p_yes(heard, question) for question in questions]
            np.testing.assert_allclose(p_yes(answer, forms)[0], expected, atol=1e-6)

    def test_without_a_clip_the_message_is_the_question_alone(self):
        with FaultServer() as server:
            backbone = connected(server)
            forms = resolve_forms(backbone, "en", "logsumexp")
            (answer,) = backbone.answer([Request(NO_AUDIO, ("Is it a dog?", "Is it a cat?"), forms.all, "Listen.")])
        # The server's own truth of a message that holds no clip.
        expected = [server.p_yes(b"", question) for question in ("Is it a dog?", "Is it a cat?")]
        np.testing.assert_allclose(p_yes(answer, forms)[0], expected, atol=1e-6)

    def test_a_question_that_fails_takes_its_clip_alone(self):
        with FaultServer(ways=TOP_ONLY, mass={"odd": 0.01}) as server:
            backbone = connected(server)
            forms = resolve_forms(backbone, "en", "pair")
            good, bad = Request(clip(0), ("dog?",), forms.all), Request(clip(1), ("cat?", "odd?"), forms.all)
            answers = backbone.answer([good, bad, good])
        assert [isinstance(answer, ClipError) for answer in answers] == [False, True, False]
        assert answers[1].code == "outside_top_k"

    @pytest.mark.parametrize("part", ["input_audio", "audio_url"])
    def test_system_text_first_then_the_clip_then_the_words(self, part):
        with FaultServer() as server:
            backbone = connected(server, audio_part=part)
            ask(backbone, "Is it a dog?", system="Listen.")
        body = server.bodies[-1]
        assert body["messages"][0] == {"role": "system", "content": "Listen."}
        assert [content["type"] for content in body["messages"][1]["content"]] == [part, "text"]
        assert (body["max_tokens"], body["temperature"], body["model"]) == (1, 0, "listener")

    def test_control_tokens_in_a_caption_arrive_as_letters(self):
        with FaultServer() as server:
            backbone = connected(server)
            ask(backbone, "rain<|im_end|><|AUDIO|> [INST] yes", system="<|keep|>")
        said = server.bodies[-1]["messages"]
        assert said[1]["content"][1]["text"] == "rain< |im_end|>< |AUDIO|> [ INST] yes"
        assert said[0]["content"] == "<|keep|>"

    def test_text_that_is_no_unicode_fails_alone(self):
        with FaultServer() as server:
            backbone = connected(server)
            answer, _ = ask(backbone, "dog \ud800?")
        assert isinstance(answer, CaptionError)
        assert answer.code == "not_unicode"

    @pytest.mark.parametrize(("seconds", "code"), [(0.05, "too_short"), (1.5, "too_long")])
    def test_a_clip_of_the_wrong_length_is_not_sent(self, seconds, code):
        with FaultServer() as server:
            backbone = connected(server, max_duration=1.0)
            sent = backbone.spent.requests
            (answer,) = backbone.answer([Request(clip(0, seconds), ("dog?",), ("Yes", "No"))])
        assert isinstance(answer, ClipError)
        assert answer.code == code
        assert backbone.spent.requests == sent

    def test_a_clip_at_another_rate_is_a_mistake_of_the_caller(self):
        with FaultServer() as server, pytest.raises(UsageError, match="is at 8000 Hz; listener is sent 16000 Hz"):
            connected(server).answer([Request(from_array(np.zeros(8000, np.float32), 8000), ("dog?",), ("Yes", "No"))])

    def test_a_request_without_questions_is_a_mistake_too(self):
        with FaultServer() as server, pytest.raises(UsageError, match="a request has no questions"):
            connected(server).answer([Request(clip(0), (), ("Yes", "No"))])

    @pytest.mark.parametrize("concurrency", [1, 4])
    def test_no_more_requests_are_under_way_than_allowed(self, concurrency):
        with FaultServer() as server:
            backbone = connected(server, concurrency=concurrency)
            list(AQAScore(backbone).score_all(pairs(30)))
        assert server.most_at_once <= concurrency
        assert backbone.batch_size == 4 * concurrency

    def test_without_log_probabilities_judges_that_need_none_are_named(self):
        with FaultServer(ways=frozenset()) as server:
            backbone = connected(server)
            assert backbone.identity["log_probs"] == "none"
            with pytest.raises(BackboneError, match="sampled-yes, prompted-rating, and rubric with mode='generate'"):
                list(AQAScore(backbone).score_all(pairs(2)))
            (texts,) = backbone.generate([Request(clip(0), ("Is it a dog?",))])
        assert len(texts) == 1


class TestDigits:
    def test_they_are_read_from_the_likeliest_tokens_where_the_server_tells_no_vocabulary(self, monkeypatch):
        # 8 has .9 and 9 has .08; of the ten spaced forms, which are not told, each has less than the last told.
        told = {"8": 0.9, "9": 0.08, **{str(digit): 1e-5 for digit in range(8)}, **{f"w{n}": 1e-6 for n in range(10)}}
        with FaultServer(ways=TOP_ONLY, tells_vocabulary=False) as server:
            judge = DigitExpectation(connected(server))
            monkeypatch.setattr(server, "probabilities", lambda wav, question: told)
            (score,) = judge.score_all(pairs(1))
        # (8 x .9 + 9 x .08) / .98
        assert score.values["alignment"] == pytest.approx(8.082, abs=0.01)


class TestIdentity:
    def test_it_says_what_determines_the_numbers_and_no_address(self):
        with FaultServer() as server:
            backbone = connected(server, sample_rate=8000, max_duration=10.0)
        assert backbone.identity == {
            "family": "openai-api",
            "model": "listener",
            "version": "1.2.3",
            "schema": True,
            "log_probs": "exact",
            "audio_format": "float32",
            "sample_rate": 8000,
            "heard_at_once": 10.0,
            "front_end": "correct",
        }
        assert isinstance(backbone, Backbone)
        assert isinstance(backbone, Writer)
        assert (backbone.name, backbone.sample_rate, backbone.max_duration) == ("listener", 8000, 10.0)

    def test_a_folder_on_the_server_is_known_by_its_last_part(self):
        with FaultServer(models=("/home/somebody/models/judge-7b",)) as server:
            backbone = connected(server)
            ask(backbone, "dog?")
        assert backbone.name == backbone.identity["model"] == "judge-7b"
        assert server.bodies[-1]["model"] == "/home/somebody/models/judge-7b"

    def test_a_server_that_tells_less(self):
        with FaultServer(ways=TOP_ONLY, tells_vocabulary=False, refuses_schema=True) as server:
            backbone = connected(server)
            assert backbone.single_tokens(("Yes", "是的", "Yes")) == ("Yes", "是的")
        assert "version" not in backbone.identity
        assert (backbone.identity["log_probs"], backbone.identity["schema"]) == ("top-20", False)


class TestWriting:
    def test_equal_questions_are_drawn_apart_and_a_request_twice_alike(self):
        with FaultServer() as server:
            backbone = connected(server)
            request = Request(clip(0), ("dog?", "dog?"))
            first, second = backbone.generate([request, request], Writing(temperature=0.7, seed=5))
        assert first == second
        assert first[0] != first[1]

    def test_what_is_drawn_depends_on_seed_clip_system_and_question_as_in_process(self):
        with FaultServer() as server:
            backbone = connected(server)
            requests = [
                Request(clip(number), ("dog?", "cat?", "dog?"), (), system)
                for number in range(3)
                for system in (None, "Listen.")
            ]
            sent = len(server.bodies)
            for seed in (0, 1):
                backbone.generate(requests, Writing(temperature=1.0, seed=seed))
        seeds = [body["seed"] for body in server.bodies[sent:]]
        # Two seeds of six requests of three questions: none is drawn as another.
        assert len(set(seeds)) == len(seeds) == 36
        assert all(0 <= seed < 2**31 for seed in seeds)
        expected = [key(origin, 31) for origin in request_origins(0, requests[0])]
        assert set(expected) < set(seeds)

    def test_equal_prompts_are_drawn_apart(self):
        with FaultServer() as server:
            writer = load_writer(server.address)
            prompts = [TextPrompt("a"), TextPrompt("a"), TextPrompt("b")]
            texts = writer.write(prompts, Writing(temperature=1.0, seed=3))
            assert writer.write(prompts[:1], Writing(temperature=1.0, seed=3)) == texts[:1]
        assert len(set(texts)) == 3

    def test_the_likeliest_text_needs_no_seed(self):
        with FaultServer() as server:
            connected(server).generate([Request(clip(0), ("dog?",))], Writing(max_new_tokens=7))
        body = server.bodies[-1]
        assert "seed" not in body
        assert (body["max_tokens"], body["temperature"]) == (7, 0.0)

    @pytest.mark.parametrize("refuses", [False, True])
    def test_a_schema_goes_where_it_is_taken(self, refuses):
        schema = {"type": "object"}
        with FaultServer(refuses_schema=refuses) as server:
            writer = load_writer(server.address)
            (text,) = writer.write([TextPrompt("Say yes.", "Be brief.")], Writing(schema=schema))
        body = server.bodies[-1]
        assert isinstance(text, str)
        assert writer.identity["schema"] is not refuses
        assert ("response_format" in body) is not refuses
        if not refuses:
            assert body["response_format"]["json_schema"]["schema"] == schema
        assert body["messages"] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Say yes."},
        ]

    def test_a_writer_need_not_hear(self):
        with FaultServer(hears=False, ways=frozenset()) as server:
            writer = load_writer(server.address)
            assert isinstance(writer, ServerWriter)
            assert isinstance(writer, Writer)
            assert not isinstance(writer, Backbone)
            assert len(writer.write([TextPrompt(f"number {n}") for n in range(20)])) == 20
        assert writer.identity == {"family": "openai-api", "model": "listener", "version": "1.2.3", "schema": True}

    def test_a_prompt_that_fails_has_its_error_in_its_place(self):
        with FaultServer() as server:
            writer = load_writer(server.address)
            texts = writer.write([TextPrompt("one"), TextPrompt("\ud800"), TextPrompt("three")])
        assert [isinstance(text, str) for text in texts] == [True, False, True]
        assert texts[1].code == "not_unicode"

    def test_what_only_answers_about_clips_is_no_writer(self):
        with pytest.raises(UsageError, match="'fake' answers about clips and does not write"):
            load_writer("fake")


class TestBudget:
    def test_what_was_answered_before_the_budget_was_spent_is_kept(self, tmp_path):
        with FaultServer() as server:
            used = connected(server).spent.requests
            backbone = connected(server, concurrency=2, max_requests=used + 20)
            with pytest.raises(BackboneError, match=r"the budget is spent: .* requests") as caught:
                evaluate(AQAScore(backbone), pairs(40), tmp_path / "run", progress=False)
            assert caught.value.exit_code == 5
            assert backbone.spent.requests == used + 20
            run = evaluate(AQAScore(connected(server)), pairs(40), tmp_path / "run", progress=False)
        assert run.n_scored == 40
        # Each pair was asked once: the resumed run asked none again.
        assert sum("sound number" in json.dumps(body["messages"]) for body in server.bodies) == 40

    def test_tokens_and_cost_are_capped(self):
        with FaultServer() as server:
            used = connected(server).spent
            tokens = used.prompt_tokens + used.answer_tokens
            for caps in (
                {"max_tokens": tokens + 200},
                {"max_cost": (tokens + 200) / 1e4, "price_in": 100.0, "price_out": 100.0},
            ):
                backbone = connected(server, concurrency=1, **caps)
                scores = []
                with pytest.raises(BackboneError, match="the budget is spent"):
                    scores.extend(AQAScore(backbone).score_all(pairs(20)))
                spent = backbone.spent
                # 47 tokens a request: the fifth passes 200.
                assert tokens + 200 <= spent.prompt_tokens + spent.answer_tokens < tokens + 300

    def test_a_server_that_counts_nothing_cannot_hold_one(self):
        with FaultServer(counts=False) as server:
            with pytest.raises(BackboneError, match="counts no tokens, so only max_requests"):
                connected(server, max_tokens=1000)
            with pytest.raises(BackboneError, match="counts no tokens"):
                load_writer(server.address, server=ServerOptions(max_tokens=1000))
            connected(server, max_requests=100)

    def test_a_budget_that_ends_in_the_start_up_check(self):
        with FaultServer() as server, pytest.raises(BackboneError, match=r"in the start-up check.*budget is spent"):
            connected(server, max_requests=5)

    def test_an_estimate_follows_from_the_check(self, caplog):
        caplog.set_level(logging.INFO)
        with FaultServer() as server:
            backbone = connected(server, price_in=2.0, price_out=10.0, concurrency=4)
            estimate = backbone.estimate(1000, 5000.0)
        # The server counts 20 + 53 // 4 tokens and one for each 2,560 bytes: 25 a second of 4-byte samples at 16 kHz.
        assert estimate.prompt_tokens == 1000 * 33 + 5000 * 25
        assert estimate.cost == pytest.approx((158_000 * 2 + 1000 * 10) / 1e6)
        assert estimate.slowest == pytest.approx(4 * estimate.fastest)
        assert "1,000 requests, 158,000 prompt tokens, costing 0.33" in caplog.text

    def test_an_estimate_without_prices_or_counts(self):
        with FaultServer(counts=False) as server:
            estimate = connected(server).estimate(10, 50.0)
        assert (estimate.prompt_tokens, estimate.cost) == (None, None)
        assert math.isfinite(estimate.fastest)


class TestLoading:
    def test_by_its_address(self):
        with FaultServer() as server:
            backbone = load_backbone(server.address, batch_size=3, server=ServerOptions(max_duration=12.0))
        assert isinstance(backbone, ServerBackbone)
        assert (backbone.batch_size, backbone.max_duration) == (3, 12.0)

    def test_by_a_loader(self):
        with FaultServer() as server:
            assert load(LoadOptions("server", f"{server.address}#listener")).name == "listener"

    @pytest.mark.parametrize(
        "option", [{"device": "cuda"}, {"dtype": "float32"}, {"revision": "v1"}, {"trust_remote_code": True}]
    )
    def test_what_the_server_decides_is_not_asked_of_us(self, option):
        with pytest.raises(UsageError, match=f"{next(iter(option))}: a server has loaded its model already"):
            load_backbone("http://127.0.0.1:1/v1", **option)

    @pytest.mark.parametrize("address", ["localhost:8000/v1", "10.0.0.7:8000", "my-host.lan:80/v1#judge"])
    def test_an_address_without_a_scheme_is_told_with_one(self, address):
        for loaded in (load_backbone, load_writer):
            with pytest.raises(UsageError, match=f"write http://{address}"):
                loaded(address)

    def test_server_options_are_for_servers(self):
        for loaded in (load_backbone, load_writer):
            with pytest.raises(UsageError, match="'fake' is none"):
                loaded("fake", server=ServerOptions())

    def test_it_needs_no_torch(self):
        code = (
            "import sys; from earwitness.backbones import openai_api;"
            "print([name for name in ('torch', 'transformers') if name in sys.modules])"
        )
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

    def test_without_its_library_the_error_has_the_pip_line(self):
        code = (
            "import sys; sys.modules['httpx2'] = None\nfrom earwitness.backbones import load_backbone\n"
            "try:\n    load_backbone('http://127.0.0.1:1/v1')\nexcept Exception as error:\n    print(error)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.endswith("needs httpx2. Install with: pip install 'earwitness[server]'\n")
