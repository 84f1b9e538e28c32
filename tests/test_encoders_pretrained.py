"""Every family of transformers, against its own modules run by hand on one clip."""

import json
import shutil
import textwrap

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import small_encoders
from earwitness.errors import BackboneError, UsageError
from earwitness.mos.encoders import load_encoder
from earwitness.mos.encoders.families import FAMILIES, family_of
from small_models import sound

WAVEFORM = [
    family.model_type for family in FAMILIES if family.front_end == "waveform" and family.model_type != "mert_model"
]


@pytest.fixture
def copied(tmp_path):
    """Makes a copy of a checkpoint to be spoilt."""

    def copy(kind):
        return shutil.copytree(small_encoders.folder(kind), tmp_path / kind)

    return copy


def test_every_family_has_a_small_model():
    assert {family.model_type for family in FAMILIES} == {*small_encoders.BUILDS, "mert_model"}


@pytest.mark.parametrize("kind", WAVEFORM)
def test_waveform_encoders_are_the_mean_of_the_released_model(kind):
    folder, clip = small_encoders.folder(kind), sound(1.7)
    extractor = transformers.Wav2Vec2FeatureExtractor.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        inputs = extractor(clip.samples, sampling_rate=16_000, return_tensors="pt")["input_values"]
        made = model(inputs, output_hidden_states=True)
    np.testing.assert_allclose(load_encoder(folder).embed([clip])[0, 0], made.last_hidden_state[0].mean(0), atol=1e-5)
    every = load_encoder(folder, layer="all").embed([clip])[0]
    assert len(every) == 4
    np.testing.assert_allclose(every[:3], [state[0].mean(0) for state in made.hidden_states[:3]], atol=1e-5)
    np.testing.assert_allclose(every[3], made.last_hidden_state[0].mean(0), atol=1e-5)
    for number in (1, 3):
        np.testing.assert_allclose(load_encoder(folder, layer=number).embed([clip])[0, 0], every[number], atol=1e-5)


@pytest.mark.parametrize("seconds", [1.7, 5.0])
def test_whisper_is_the_mean_over_the_clips_own_positions(seconds):
    folder, clip = small_encoders.folder("whisper"), sound(seconds)
    extractor = transformers.WhisperFeatureExtractor.from_pretrained(folder)
    model = transformers.WhisperModel.from_pretrained(folder).eval()
    with torch.no_grad():
        inputs = extractor(clip.samples, sampling_rate=16_000, return_tensors="pt")["input_features"]
        states = model.encoder(inputs).last_hidden_state[0]
    heard = round(seconds * 50)  # a position every 20 ms
    np.testing.assert_allclose(load_encoder(folder).embed([clip])[0, 0], states[:heard].mean(0), atol=1e-4)
    assert load_encoder(folder).longest == 80_000


@pytest.mark.parametrize("seconds", [0.7, 5.1])
def test_ast_is_the_mean_over_the_clips_own_patches(seconds):
    folder, clip = small_encoders.folder("audio-spectrogram-transformer"), sound(seconds)
    extractor = small_encoders.ast_extractor(max_length=512)
    model = transformers.ASTModel.from_pretrained(folder).eval()
    with torch.no_grad():
        inputs = extractor(clip.samples, sampling_rate=16_000, return_tensors="pt")["input_values"]
        states = model(inputs).last_hidden_state[0]
        # Where a patch lies is found by changing the last frame that any patch sees: 50 of them start 10 frames apart.
        before = model.embeddings(inputs)
        inputs[0, 10 * 49 + 15] += 1
        last_column = (model.embeddings(inputs) - before).abs().sum(-1)[0, 2:].nonzero()[:, 0]
    columns = int(last_column[1] - last_column[0])
    assert (last_column % columns == columns - 1).all()
    frames = 1 + (len(clip.samples) - 400) // 160
    kept = [2 + patch for patch in range(len(states) - 2) if (patch % columns) * 10 < frames]
    np.testing.assert_allclose(load_encoder(folder).embed([clip])[0, 0], states[kept].mean(0), atol=1e-5)


def test_an_extractor_of_another_size_is_refused(copied):
    folder = copied("audio-spectrogram-transformer")
    small_encoders.ast_extractor(max_length=1024).save_pretrained(folder)
    with pytest.raises(
        BackboneError, match=r"its extractor makes \(1024, 128\) frames and bands, it takes \(512, 128\)"
    ):
        load_encoder(folder)


def test_mert_is_hubert_at_24_khz_without_its_own_code():
    encoder = load_encoder(small_encoders.folder("mert"))
    assert encoder.sample_rate == 24_000
    clip = sound(1.0, rate=24_000)
    model = transformers.HubertModel.from_pretrained(small_encoders.folder("hubert")).eval()
    samples = (clip.samples - clip.samples.mean()) / np.sqrt(clip.samples.var() + 1e-7)
    with torch.no_grad():
        states = model(torch.from_numpy(samples)[None]).last_hidden_state[0]
    np.testing.assert_allclose(encoder.embed([clip])[0, 0], states.mean(0), atol=1e-5)


def test_a_mert_that_needs_its_own_code_is_refused(tmp_path):
    with pytest.raises(BackboneError, match=r"has attention_relax = 32\.0, which its publisher's own code implements"):
        load_encoder(small_encoders.save_mert(tmp_path, attention_relax=32.0))


def test_an_unknown_family_is_refused_with_those_that_are_known(copied):
    folder = copied("wavlm")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "vit_mae"}))
    with pytest.raises(BackboneError, match=r"encoder 'wavlm' is of model_type 'vit_mae'; .* wavlm, wav2vec2, .*clap"):
        load_encoder(folder)


def test_no_code_of_a_checkpoint_runs(copied, tmp_path):
    folder = copied("hubert")
    config = json.loads((folder / "config.json").read_text())
    names = {"AutoConfig": "trap.Config", "AutoModel": "trap.Model"}
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": names}))
    (folder / "trap.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    load_encoder(folder).embed([sound(0.5)])
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("entry", ["_attn_implementation", "attn_implementation", "_experts_implementation"])
@pytest.mark.parametrize("within", [None, "text_config", "audio_config"])
def test_a_config_cannot_choose_kernels_from_the_hub(copied, monkeypatch, entry, within):
    asked = []
    monkeypatch.setattr(transformers.modeling_utils, "lazy_import_flash_attention", lambda *a, **_: asked.append(a))
    folder = copied("clap" if within else "wavlm")
    config = json.loads((folder / "config.json").read_text())
    (config[within] if within else config)[entry] = "someone/kernels"
    (folder / "config.json").write_text(json.dumps(config))
    made = load_encoder(folder).embed([sound(0.5)])
    assert not asked
    np.testing.assert_array_equal(made, load_encoder(small_encoders.folder(folder.name)).embed([sound(0.5)]))


@pytest.mark.parametrize("within", [None, "text_config"])
def test_quantised_weights_are_refused(copied, within):
    folder = copied("clap")
    config = json.loads((folder / "config.json").read_text())
    (config[within] if within else config)["quantization_config"] = {"quant_method": "bitsandbytes"}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(BackboneError, match="encoder 'clap' has quantised weights; wanted float weights"):
        load_encoder(folder)


def test_missing_weights_are_refused_not_invented(copied):
    path = copied("wavlm") / "model.safetensors"
    weights = load_file(path)
    gone = next(name for name in weights if name.endswith("q_proj.weight"))
    save_file({name: weight for name, weight in weights.items() if name != gone}, path, {"format": "pt"})
    with pytest.raises(BackboneError, match=r"encoder 'wavlm' lacks 1 weights of a WavLMModel, such as .*q_proj"):
        load_encoder(path.parent)


def test_a_pickle_is_refused_with_the_way_out(copied):
    folder = copied("wavlm")
    torch.save({}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(BackboneError, match=r"Only safetensors are read.* save_pretrained, and give that folder"):
        load_encoder(folder)


@pytest.mark.parametrize("kind", ["wavlm", "clap", "whisper", "mert"])
def test_a_pickle_becomes_safetensors_as_documented(copied, monkeypatch, kind):
    folder = copied(kind)
    wanted = load_encoder(folder).embed([sound(0.5)])
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    told = load_encoder.__doc__.partition("hold::\n")[2].partition("    Args:")[0]
    monkeypatch.chdir(folder.parent)
    exec(textwrap.dedent(told).replace("wavlm/", f"{kind}/"))
    np.testing.assert_array_equal(load_encoder(folder).embed([sound(0.5)]), wanted)


def test_nothing_random_is_left_from_pretraining(copied):
    """The config asks for masked frames; a clip shorter than a mask would even be an error."""
    encoder = load_encoder(small_encoders.folder("wavlm"))
    encoder.module.train()
    for dropout in encoder.module.modules():
        if isinstance(dropout, torch.nn.Dropout):
            dropout.p = 0.0
    for layer in encoder.module.encoder.layers:
        layer.attention.dropout = 0.0
    made = [encoder.encode([sound(0.2)]).detach().numpy() for _ in range(3)]
    np.testing.assert_array_equal(made[0], made[1])
    np.testing.assert_array_equal(made[0], made[2])


def test_layers_outside_the_network_are_refused():
    with pytest.raises(UsageError, match="has no layer 4; wanted 0 to 3, or 'last'"):
        load_encoder(small_encoders.folder("wavlm"), layer=4)


def test_a_folder_has_no_revisions():
    with pytest.raises(UsageError, match="is for checkpoints on the hub"):
        load_encoder(small_encoders.folder("wavlm"), revision="main")


def test_loading_says_nothing(capfd):
    load_encoder(small_encoders.folder("wavlm"))
    assert capfd.readouterr() == ("", "")


def test_an_unreadable_config_names_the_encoder(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(BackboneError, match=r"encoder .* cannot be loaded from"):
        load_encoder(tmp_path)
    with pytest.raises(BackboneError, match="is of model_type 'nothing'"):
        family_of({}, "encoder 'x'")
