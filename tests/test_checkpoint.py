import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

import small_models
from earwitness.backbones import checkpoint, load_backbone
from earwitness.backbones.base import Request
from earwitness.backbones.checkpoint import hash_folder, resolve_device, resolve_dtype
from earwitness.errors import BackboneError, UsageError
from small_models import sound

REQUEST = Request(sound(1), ("is it a dog?", "x"), tuple(small_models.WORDS))


@pytest.fixture
def copied(tmp_path):
    """Makes a copy of a small checkpoint that a test may spoil."""
    return lambda family="audio-flamingo-3": Path(shutil.copytree(small_models.folder(family), tmp_path / family))


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("family", "whole"),
    [
        ("qwen2.5-omni", "Qwen2_5OmniForConditionalGeneration"),
        ("qwen3-omni", "Qwen3OmniMoeForConditionalGeneration"),
    ],
)
def test_a_whole_omni_checkpoint_gives_its_thinker(family, whole, copied):
    """Weights under ``thinker.`` beside those of a talker, as the released checkpoints have them."""
    folder = copied(family)
    kind = getattr(transformers, whole).config_class
    thinker = json.loads((folder / "config.json").read_text())
    config = kind(thinker_config=thinker, enable_audio_output=False)
    torch.manual_seed(1)
    model = getattr(transformers, whole)(config)
    source = small_models.backbone(family)._decoder.model
    model.thinker.load_state_dict(source.state_dict())
    model.save_pretrained(folder)
    for architecture in (whole, "Qwen2_5OmniModel" if family == "qwen2.5-omni" else whole):
        small_models.claim(folder, architecture)
        backbone = load_backbone(folder)
        assert type(backbone._decoder.model) is type(source)
        assert not any("talker" in name for name, _ in backbone._decoder.model.named_parameters())
        np.testing.assert_array_equal(backbone.answer([REQUEST])[0], small_models.backbone(family).answer([REQUEST])[0])


def test_missing_weights_are_refused_not_invented(copied):
    from safetensors.torch import load_file, save_file

    folder = copied()
    weights = load_file(folder / "model.safetensors")
    gone = next(name for name in weights if name.endswith("q_proj.weight"))
    save_file({name: weight for name, weight in weights.items() if name != gone}, folder / "model.safetensors",
              {"format": "pt"})  # fmt: skip
    with pytest.raises(
        BackboneError, match=r"lacks 1 weights of a AudioFlamingo3ForConditionalGeneration, such as .*q_proj"
    ):
        load_backbone(folder)


def test_pickled_weights_are_not_read(copied):
    folder = copied()
    torch.save({}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(BackboneError, match="cannot be loaded from"):
        load_backbone(folder)


@pytest.mark.parametrize("spoil", ["truncate", "empty", "text"])
def test_damaged_weights_are_a_clear_error(copied, spoil):
    folder = copied()
    path = folder / "model.safetensors"
    content = {"truncate": path.read_bytes()[:-1000], "empty": b"", "text": b"<html>not found</html>" * 100}[spoil]
    path.write_bytes(content)
    with pytest.raises(BackboneError, match="cannot be loaded from"):
        load_backbone(folder)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ValueError("it is 'odd'.\nSee the manual."), "it is 'odd'."), (KeyError(), "KeyError()")],
)
def test_a_librarys_own_error_is_told_in_its_first_line(error, reason, monkeypatch):
    def fail(*_):
        raise error

    folder = small_models.folder("audio-flamingo-3")
    monkeypatch.setattr(checkpoint, "hash_folder", fail)
    with pytest.raises(BackboneError) as caught:
        load_backbone(folder)
    assert str(caught.value) == f"backbone '{folder.name}' cannot be loaded from '{folder}': {reason}"


@pytest.mark.parametrize("name", ["tokenizer.json", "preprocessor_config.json", "config.json", "chat_template.jinja"])
def test_a_missing_file_is_a_clear_error(copied, name):
    folder = copied()
    (folder / name).unlink()
    with pytest.raises(BackboneError, match=str(folder)):
        load_backbone(folder)


def test_a_config_cannot_name_a_class_of_its_choice(copied):
    folder = copied()
    small_models.claim(folder, "Trainer")
    with pytest.raises(BackboneError, match="is a Trainer; earwitness loads these families"):
        load_backbone(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"text_config": None, "audio_config": "none"},
        {"text_config": {"model_type": "qwen2", "hidden_size": -1}},
        {"text_config": {"model_type": "qwen2", "hidden_size": "wide"}},
        {"audio_token_id": 10**12},
        {"architectures": "AudioFlamingo3ForConditionalGeneration"},
        {"architectures": [["AudioFlamingo3ForConditionalGeneration"]]},
    ],
    ids=["none", "negative", "text", "no such token", "no list", "nested"],
)
def test_a_config_of_nonsense_is_a_clear_error(copied, changes):
    folder = copied()
    edit(folder / "config.json", **changes)
    with pytest.raises(BackboneError):
        load_backbone(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "\ufeff{}"])
def test_a_config_that_is_no_object_is_a_clear_error(copied, text):
    folder = copied()
    (folder / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(BackboneError):
        load_backbone(folder)


def test_a_device_map_needs_accelerate(monkeypatch):
    monkeypatch.setattr(transformers.utils, "is_accelerate_available", lambda: False)
    with pytest.raises(UsageError, match=r"device_map needs accelerate\. Install with: pip install accelerate"):
        load_backbone(small_models.folder("audio-flamingo-3"), device_map="auto")


def test_code_of_a_checkpoint_does_not_run(copied, tmp_path):
    folder = copied()
    ran = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(ran)!r}, 'w')\nclass Config: pass\nclass Fast: pass\n")
    edit(folder / "config.json", auto_map={"AutoConfig": "evil.Config", "AutoModel": "evil.Config"})
    edit(folder / "tokenizer_config.json", auto_map={"AutoTokenizer": ["evil.Fast", "evil.Fast"]})
    edit(folder / "preprocessor_config.json", auto_map={"AutoFeatureExtractor": "evil.Fast"})
    with suppress(BackboneError):
        load_backbone(folder)
    assert not ran.exists()


@pytest.mark.parametrize("entry", ["_attn_implementation", "attn_implementation", "_experts_implementation"])
@pytest.mark.parametrize("within", [None, "text_config"])
def test_a_config_cannot_choose_kernels_from_the_hub(copied, monkeypatch, entry, within):
    asked = []
    monkeypatch.setattr(transformers.modeling_utils, "lazy_import_flash_attention", lambda *a, **_: asked.append(a))
    folder = copied()
    config = json.loads((folder / "config.json").read_text())
    edit(folder / "config.json", **({within: config[within] | {entry: "some/one"}} if within else {entry: "some/one"}))
    answers = load_backbone(folder).answer([REQUEST])[0]
    assert not asked
    np.testing.assert_array_equal(answers, small_models.backbone("audio-flamingo-3").answer([REQUEST])[0])


def test_a_library_that_only_the_config_asks_for_is_told(copied, monkeypatch):
    def lacking(*_, **__):
        raise ImportError("quantisation needs sparrow: pip install sparrow")

    monkeypatch.setattr(transformers.AudioFlamingo3ForConditionalGeneration, "from_pretrained", lacking)
    with pytest.raises(BackboneError, match=r"its config asks for a library that is not here\. .*pip install sparrow"):
        load_backbone(copied())


def test_the_processors_template_is_read_in_its_old_form(copied):
    folder = copied()
    template = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").unlink()
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": template}))
    np.testing.assert_array_equal(
        load_backbone(folder).answer([REQUEST])[0], small_models.backbone("audio-flamingo-3").answer([REQUEST])[0]
    )


def test_a_whole_processor_folder_is_read_too(copied):
    """transformers may save the extractor inside processor_config.json."""
    folder = copied()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    template = (folder / "chat_template.jinja").read_text()
    (folder / "preprocessor_config.json").unlink()
    transformers.AudioFlamingo3Processor(small_models.extractor(), tokenizer, chat_template=template).save_pretrained(
        folder
    )
    assert not (folder / "preprocessor_config.json").exists()
    np.testing.assert_array_equal(
        load_backbone(folder).answer([REQUEST])[0], small_models.backbone("audio-flamingo-3").answer([REQUEST])[0]
    )


def test_an_extractor_that_does_not_fit_the_encoder_is_refused(copied):
    folder = copied("qwen2-audio")
    small_models.extractor(10).save_pretrained(folder)
    with pytest.raises(BackboneError, match="extractor makes 1000 frames, its encoder takes 3000"):
        load_backbone(folder)


def test_identity_follows_the_weights_and_nothing_else(copied):
    folder = copied()
    before = load_backbone(folder).identity
    assert set(before) == {"family", "sha256", "dtype", "front_end"}
    (folder / "README.md").write_text("other words")
    moved = Path(shutil.move(folder, folder.with_name("elsewhere")))
    assert load_backbone(moved).identity == before
    weights = bytearray((moved / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (moved / "model.safetensors").write_bytes(weights)
    assert hash_folder(moved) != before["sha256"]


def test_types_of_number(copied):
    assert resolve_dtype("auto", "cpu") == "float32"
    half = load_backbone(copied(), dtype="bfloat16")
    assert half.identity["dtype"] == "bfloat16"
    difference = half.answer([REQUEST])[0] - small_models.backbone("audio-flamingo-3").answer([REQUEST])[0]
    # Three digits of mantissa through a few layers: near, and not the same.
    assert 1e-6 < np.abs(difference).max() < 0.5


def test_devices():
    folder = small_models.folder("audio-flamingo-3")
    assert load_backbone(folder, device="cpu")._decoder.model.device.type == "cpu"
    with pytest.raises(UsageError, match="device 'cuda:99' is not there"):
        load_backbone(folder, device="cuda:99")


@pytest.mark.parametrize(("half", "dtype"), [(True, "bfloat16"), (False, "float16")])
def test_auto_takes_cuda_and_its_half_precision(half, dtype, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: half)
    assert resolve_device("auto") == "cuda"
    assert resolve_dtype("auto", "cuda:1") == dtype
    assert resolve_dtype("float32", "cuda") == "float32"


def test_a_revision_is_for_the_hub():
    with pytest.raises(UsageError, match="revision 'main' is for checkpoints on the hub"):
        load_backbone(small_models.folder("audio-flamingo-3"), revision="main")


HUB = """
from earwitness.backbones import load_backbone
from earwitness.errors import BackboneError
print(load_backbone("someone/model").identity["revision"])
print(load_backbone("someone/model", revision="v1").identity["revision"])
try:
    load_backbone("someone/other")
except BackboneError as error:
    print(error)
"""


def test_the_hubs_commit_is_recorded_and_being_offline_is_a_clear_error(tmp_path):
    """From a cache laid out as the hub's client does it, with the network off."""
    model = tmp_path / "hub" / "models--someone--model"
    commits = {"main": "a" * 40, "v1": "b" * 40}
    for branch, commit in commits.items():
        shutil.copytree(small_models.folder("qwen3-omni"), model / "snapshots" / commit)
        (model / "refs").mkdir(exist_ok=True)
        (model / "refs" / branch).write_text(commit)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", HUB],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_CACHE": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1"},
    )
    first, second, offline = done.stdout.splitlines()
    assert [first, second] == list(commits.values())
    assert offline == (
        "there is no folder 'someone/other' here, and the hub is not asked, as HF_HUB_OFFLINE is set, and its cache "
        "does not hold it."
    )


# The hub's client waits between its tries; nothing answers at this address.
UNREACHABLE = """
import time
time.sleep = lambda seconds: print("waited")
from earwitness.backbones import load_backbone
from earwitness.errors import BackboneError
for name in ("models/my-finetune", "qwen2.5-omni-7b"):
    try:
        load_backbone(name)
    except BackboneError as error:
        print(error)
"""


@pytest.mark.parametrize("offline", ["0", "1"])
def test_a_mistyped_folder_is_told_as_such_and_quietly(offline, tmp_path):
    hub = {"HF_ENDPOINT": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1", "HF_HUB_OFFLINE": offline}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", UNREACHABLE],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | hub | {"HF_HOME": str(tmp_path), "HF_HUB_CACHE": str(tmp_path / "hub")},
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert ("waited" in lines) == (offline == "0")
    mistyped, named = (line for line in lines if line != "waited")
    assert mistyped.startswith("there is no folder 'models/my-finetune' here, and the hub ")
    assert ("HF_HUB_OFFLINE is set" in mistyped) == (offline == "1")
    assert named.startswith("backbone 'qwen2.5-omni-7b' cannot be loaded from 'Qwen/Qwen2.5-Omni-7B': ")
