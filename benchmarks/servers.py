"""Do servers that others wrote give the numbers that the same judge gives in process?

    python -m benchmarks.servers --serving .venv-vllm/bin/python [--clips 48]

``scripts/test-servers`` makes the environment that ``--serving`` names. The embedded judge's checkpoint is served by
vLLM on the CPU, whose log-probabilities are read both ways, and by ``transformers serve``, which tells none. The same
rendered clips go to the same judge in process. The run fails if a difference of P(yes) is above a thousandth, if a clip
has no exact answer, if a written text is another, or if drawn answers are further from P(yes) than drawing makes them.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from benchmarks.report import Row, record, side_by_side

from earwitness import AQAScore, Pair, from_array, read_pairs
from earwitness.audio import read_audio
from earwitness.backbones import ServerOptions, load_backbone
from earwitness.backbones.base import Backbone, Request, Writing
from earwitness.backbones.embedded import FOLDER
from earwitness.backbones.openai_api import ServerBackbone
from earwitness.backbones.server.options import AudioFormat, AudioPart
from earwitness.backbones.server.replies import Top
from earwitness.backbones.server.self_check import LIKELIEST
from earwitness.backbones.server.transport import Transport
from earwitness.errors import BackboneError
from earwitness.judges.sampled import SampledYes
from earwitness.scenes.render import render_demo

ALLOWED = 1e-3  # difference of P(yes)
START = 600.0  # seconds that a server may take to start
LONGEST = 10.0  # seconds that the judge hears at once
# vLLM wants the frames of Qwen2-Audio as it was released: 3,000, which at the judge's 40 ms are 120 s.
FRAMES, FRAMES_SECONDS, POSITIONS = 3000, 120, 1500
DRAWS = 16  # answers for each clip
# Standard errors between all drawn answers and P(yes); squares of single clips over what is expected of them.
ALLOWED_ERRORS, ALLOWED_SPREAD = 4.0, 3.0
CLIPS, QUESTIONS = 16, 20  # for the throughput: so many clips with so many questions each


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serving", type=Path, required=True, help="the Python that has vllm and transformers serve")
    parser.add_argument("--clips", type=int, default=48)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pairs = [loaded(pair, gain=1.0) for pair in read_pairs(render_demo(folder / "clips", 1, options.clips))]
        judge = load_backbone("embedded")
        rows = vllm_rows(options.serving, folder, pairs, judge) + transformers_rows(
            options.serving, folder, pairs, judge
        )
    note = (
        f"{len(pairs)} rendered clips of 1 to 10 s with English and Chinese captions, against the embedded judge in "
        "process (float32). Between steps: clips turned down so that 16 bits cannot hold them exactly. Questions a "
        f"second: {QUESTIONS} questions behind each of {CLIPS} clips, by turns, medians; over HTTP 16 requests are "
        "under way, in process a clip is heard once for all of its questions. vLLM gets the same weights with room for "
        f"more audio positions, because it takes 3,000 frames and no fewer. Drawn answers: {DRAWS} for each of {CLIPS} "
        "clips; standard errors between all of them and P(yes) in process, and the squares of the clips' differences "
        "over what drawing alone makes of them, which is 1 on average."
    )
    record("servers", rows, note=note)
    if wrong := [f"{row['case']}: {what}" for row in rows for what in complaints(row)]:
        sys.exit("\n".join(wrong))


def complaints(row: Row) -> Iterator[str]:
    """What is wrong with a row."""
    if (worst := _number(row, "largest difference")) > ALLOWED:
        yield f"P(yes) differs by up to {worst:.2g}; at most {ALLOWED:g} is allowed"
    if "exact" in str(row["case"]) and (lost := _number(row, "without answer")):
        yield f"{lost:g} clips have no answer"
    if "equal texts" in row and row["equal texts"] != row["questions"]:
        yield f"{row['equal texts']} of {row['questions']} texts are equal"
    if (errors := abs(_number(row, "standard errors"))) > ALLOWED_ERRORS:
        yield f"drawn answers lie {errors:.1f} standard errors from P(yes)"
    if (spread := _number(row, "squares over expected")) > ALLOWED_SPREAD:
        yield f"drawn answers spread {spread:.1f} times as much as drawing makes them"


def _number(row: Row, name: str) -> float:
    found = row.get(name)
    return float(found) if isinstance(found, int | float) else 0.0


def loaded(pair: Pair, gain: float) -> Pair:
    """The pair with its clip in memory."""
    audio = read_audio(pair.audio)
    return Pair(from_array(gain * audio.samples, audio.sample_rate), pair.caption, pair.id, language=pair.language)


def vllm_rows(serving: Path, folder: Path, pairs: list[Pair], judge: Backbone) -> list[Row]:
    """vLLM, asked for log-probabilities in both ways and sent both kinds of WAV."""
    model = with_room(folder / "nano")
    command = [str(serving), "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)]
    command += ["--served-model-name", "nano", "--enforce-eager", "--dtype", "float32", "--max-model-len", "1024"]
    command += ["--limit-mm-per-prompt", '{"audio": 1}']
    between = [loaded(pair, gain=0.5**0.5) for pair in pairs]
    with served(command, folder / "vllm.log") as address:
        exact = at(address)
        ways = {
            "exact": exact,
            "exact, as audio_url": at(address, audio_part="audio_url"),
            f"top-{LIKELIEST[0]}": by_likeliest(address),
        }
        rows: list[Row] = [
            {**compared(way, pairs, backbone, judge), **(throughput(pairs, exact, judge) if backbone is exact else {})}
            for way, backbone in ways.items()
        ]
        rows += [
            compared(f"exact, between steps, {kind}", between, at(address, kind), judge)
            for kind in ("float32", "pcm16")
        ]
        rows.append(written_alike("vLLM, written texts", pairs, exact, judge))
    return rows


def transformers_rows(serving: Path, folder: Path, pairs: list[Pair], judge: Backbone) -> list[Row]:
    """``transformers serve``, which tells no log-probabilities: AQAScore must refuse, writing must work."""
    command = [str(serving.with_name("transformers")), "serve", str(FOLDER), "--device", "cpu", "--dtype", "float32"]
    with served(command, folder / "transformers.log") as address:
        backbone = at(f"{address}#{FOLDER}")
        try:
            list(AQAScore(backbone).score_all(pairs[:2]))
        except BackboneError as error:
            print(f"refused as it should be: {error}")
        else:
            sys.exit("AQAScore scored with a server that tells no log-probabilities")
        return [
            written_alike("transformers serve, written texts", pairs, backbone, judge),
            drawn_alike("transformers serve, drawn answers", pairs, backbone, judge),
        ]


def at(address: str, audio_format: AudioFormat = "float32", audio_part: AudioPart = "input_audio") -> ServerBackbone:
    """The backbone as a user loads it."""
    options = ServerOptions(max_duration=LONGEST, audio_format=audio_format, audio_part=audio_part)
    loaded = load_backbone(address, server=options)
    assert isinstance(loaded, ServerBackbone)
    return loaded


class _ByLikeliest(ServerBackbone):
    """Reads the likeliest tokens although the server tells more."""

    def _ask_what_it_can(self, model: str) -> None:
        super()._ask_what_it_can(model)
        self._way = Top(LIKELIEST[0], self._vocabulary)


def by_likeliest(address: str) -> ServerBackbone:
    """The backbone as it is on a server that tells its likeliest tokens alone."""
    return _ByLikeliest(Transport(address, ServerOptions(max_duration=LONGEST)))


def compared(
    way: str, pairs: Sequence[Pair], backbone: Backbone, judge: Backbone
) -> dict[str, str | int | float | None]:
    """P(yes) of both for every pair."""
    scores = [list(AQAScore(one).score_all(pairs)) for one in (backbone, judge)]
    values = [(there.values["alignment"], here.values["alignment"]) for there, here in zip(*scores, strict=True)]
    differences = [abs(there - here) for there, here in values if there is not None and here is not None]
    if not differences:
        sys.exit(f"{way}: nothing was scored, first because {scores[0][0].error or scores[1][0].error}")
    return {
        "case": f"vLLM {backbone.identity['version']}, {way}",
        "questions": len(pairs),
        "without answer": len(pairs) - len(differences),
        "largest difference": float(f"{max(differences):.2g}"),
        "median difference": float(f"{np.median(differences):.2g}"),
    }


def throughput(pairs: Sequence[Pair], backbone: Backbone, judge: Backbone) -> dict[str, float]:
    """Questions a second over HTTP and in process, by turns."""
    words = [pair.caption for pair in pairs if pair.language == "en"]
    questions = tuple(f"Is this in the clip: {words[n % len(words)]} ({n})?" for n in range(QUESTIONS))

    def asked(one: Backbone) -> Callable[[], object]:
        forms = one.single_tokens(("Yes", "No"))
        requests = [Request(read_audio(pair.audio), questions, forms) for pair in pairs[:CLIPS]]
        return lambda: one.answer(requests)

    taken = side_by_side({"questions a second": asked(backbone), "the same in process": asked(judge)}, repeats=5)
    return {str(row["case"]): round(1000 * CLIPS * QUESTIONS / float(row["median_ms"]), 1) for row in taken}


def written_alike(case: str, pairs: Sequence[Pair], backbone: Backbone, judge: Backbone) -> Row:
    """How many of the texts that both write are the same."""
    requests = [Request(read_audio(pair.audio), (f"Is there {pair.caption}",)) for pair in pairs[:CLIPS]]
    writing = Writing(max_new_tokens=8)
    there, here = (one.generate(requests, writing) for one in (backbone, judge))
    return {
        "case": case,
        "questions": len(requests),
        "equal texts": sum(a == b for a, b in zip(there, here, strict=True)),
    }


def drawn_alike(case: str, pairs: Sequence[Pair], backbone: Backbone, judge: Backbone) -> Row:
    """How far the share of yes among a server's drawn answers lies from P(yes) in process."""
    drawn = list(SampledYes(backbone, draws=DRAWS).score_all(pairs[:CLIPS]))
    truth = list(AQAScore(judge).score_all(pairs[:CLIPS]))
    both = [
        (share, p, round(DRAWS * (there.verdicts[0].mass or 0.0)))
        for there, here in zip(drawn, truth, strict=True)
        if (share := there.values["alignment"]) is not None and (p := here.values["alignment"]) is not None
    ]
    if not both:
        sys.exit(f"{case}: nothing was scored, first because {drawn[0].error or truth[0].error}")
    share, p, n = np.array(both).T
    variance = p * (1.0 - p)
    return {
        "case": case,
        "questions": len(drawn),
        "without answer": len(drawn) - len(both),
        "standard errors": round(float((n * (share - p)).sum() / np.sqrt((n * variance).sum())), 2),
        "squares over expected": round(float(((share - p) ** 2).sum() / (variance / n).sum()), 2),
    }


def with_room(folder: Path) -> Path:
    """The judge's checkpoint with its audio positions filled up by zeros, which no clip of 10 s reaches."""
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(FOLDER, folder)
    weights = load_file(folder / "model.safetensors")
    positions = weights["audio_tower.embed_positions.weight"]
    room = positions.new_zeros(POSITIONS - len(positions), positions.shape[1])
    weights["audio_tower.embed_positions.weight"] = torch.cat([positions, room])
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["audio_config"]["max_source_positions"] = POSITIONS
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    extractor = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
    extractor |= {
        "chunk_length": FRAMES_SECONDS,
        "n_samples": FRAMES_SECONDS * extractor["sampling_rate"],
        "nb_max_frames": FRAMES,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(extractor), encoding="utf-8")
    return folder


@contextmanager
def served(command: Sequence[str], log: Path) -> Iterator[str]:
    """A server on a free port of this machine, until the block ends; its log is shown if it does not start."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "VLLM_CPU_KVCACHE_SPACE": "2",
        "VLLM_NO_USAGE_STATS": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(log.parent / "hub"),
    }
    # transformers serve fails to list what lies in a folder that is not there.
    (log.parent / "hub" / "hub").mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)], stdout=output, stderr=output, env=environment
        )
        try:
            address = f"http://127.0.0.1:{port}/v1"
            started = time.perf_counter()
            while not answers(f"{address}/models"):
                if process.poll() is not None or time.perf_counter() - started > START:
                    sys.exit(f"{' '.join(command[:4])} did not start:\n{log.read_text(errors='replace')[-3000:]}")
                time.sleep(1)
            print(f"{' '.join(command[:3])} started in {time.perf_counter() - started:.0f} s", flush=True)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(url: str) -> bool:
    """Whether there is a server yet."""
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    main()
