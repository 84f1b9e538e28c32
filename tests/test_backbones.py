import json
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import earwitness.backbones as backbones
import small_models
from earwitness.backbones import BACKBONES, list_backbones, load_backbone, load_writer
from earwitness.backbones.fake import FakeBackbone
from earwitness.cli import main
from earwitness.errors import BackboneError, MissingDependencyError, UnknownNameError, UsageError


def test_every_backbone_of_the_docs_is_listed():
    names = [info.name for info in list_backbones()]
    assert names[:11] == [
        "embedded",
        "qwen2.5-omni-3b",
        "qwen2.5-omni-7b",
        "qwen2-audio-7b",
        "qwen3-omni-30b",
        "anyaudio-judge-7b",
        "anyaudio-judge-30b",
        "af3",
        "af3-think",
        "af3-chat",
        "fake",
    ]
    assert len(set(names)) == len(names)


def test_listing_loads_no_model_library():
    code = (
        "import sys; from earwitness.backbones import list_backbones, load_backbone; list_backbones();"
        "load_backbone('fake'); print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("name", [name for name in BACKBONES if name != "embedded"])
def test_every_loader_exists(name):
    assert callable(backbones._import(BACKBONES[name].loader, name))


@pytest.mark.parametrize(
    ("name", "close"),
    [("qwen2.5-omni", "qwen2.5-omni-7b"), ("Qwen2-Audio-7B", "qwen2-audio-7b"), ("fakes", "fake")],
)
def test_an_unknown_name_gets_a_suggestion(name, close):
    with pytest.raises(UnknownNameError, match=f"no backbone '{name}'. Did you mean '{close}'"):
        load_backbone(name)


@pytest.mark.parametrize("name", ["", "a/b/c", "/no/such/folder", "./none", "../none", "~/none"])
def test_a_missing_folder_is_no_hub_id(name):
    with pytest.raises(UnknownNameError):
        load_backbone(name)


@pytest.mark.parametrize("name", ["af3-think", "af3-chat"])
def test_what_has_no_loadable_checkpoint_says_what_to_do(name):
    with pytest.raises(
        BackboneError, match=rf"'{name}' has no checkpoint that loads as it is: .*give that folder's path"
    ):
        load_backbone(name)


def test_a_folder_is_loaded_by_its_path(monkeypatch):
    folder = small_models.folder("audio-flamingo-3")
    by_path = load_backbone(folder)
    monkeypatch.chdir(folder.parent)
    by_name = load_backbone(folder.name)
    assert by_path.name == folder.name
    assert by_name.name == folder.name
    assert by_name.identity == by_path.identity


@pytest.mark.parametrize("library", ["torch", "transformers"])
def test_a_missing_library_comes_with_its_pip_line(library):
    code = f"import sys; sys.modules['{library}'] = None\nfrom earwitness.backbones import load_backbone\n" + (
        "try:\n    load_backbone('qwen2.5-omni-7b')\nexcept Exception as error:\n    print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == (
        f"{MissingDependencyError.__name__} backbone 'qwen2.5-omni-7b' needs {library}. "
        "Install with: pip install 'earwitness[hf]'\n"
    )


def test_an_import_that_fails_for_another_reason_is_not_blamed_on_torch():
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        backbones._import("earwitness.no_such_module:load", "x")


def test_other_packages_add_names(monkeypatch):
    point = EntryPoint("listener", "earwitness.backbones.fake:load", backbones.ENTRY_POINTS)
    monkeypatch.setattr(
        backbones, "entry_points", lambda **which: [point] if which.get("name", point.name) == point.name else []
    )
    assert [info.name for info in list_backbones()][-1] == "listener"
    assert isinstance(load_backbone("listener"), FakeBackbone)


@pytest.mark.parametrize("size", [0, -3])
def test_a_batch_has_at_least_one_clip(size):
    with pytest.raises(UsageError, match=rf"batch_size is {size}; it must be at least 1"):
        load_backbone("fake", batch_size=size)


def test_batch_size_is_passed_on():
    assert load_backbone("fake", batch_size=3).batch_size == 3
    assert load_backbone(Path(small_models.folder("qwen3-omni")), batch_size=3).batch_size == 3


def test_a_writer_is_loaded_as_a_text_model_but_by_the_name_of_a_backbone(monkeypatch, tmp_path):
    found = []

    class Loaded:
        name, batch_size, identity = "writer", 1, {}

        def write(self, prompts, writing=None):
            return []

    monkeypatch.setattr(backbones, "_import", lambda loader, name: lambda options: found.append(loader) or Loaded())
    for source in (tmp_path, "owner/model", "http://host/v1", "fake"):
        load_writer(source)
    assert found == [
        "earwitness.backbones.text:load",
        "earwitness.backbones.text:load",
        "earwitness.backbones.openai_api:load_writer",
        "earwitness.backbones.fake:load",
    ]


EVERY_LOADER = ["fake", "embedded", "qwen2-audio-7b", "owner/model"]


@pytest.mark.parametrize("name", EVERY_LOADER)
@pytest.mark.parametrize("dtype", ["float99", "int8", "", "bf16", "torch.float16"])
def test_a_type_of_number_that_does_not_exist_is_told_by_every_backbone(name, dtype):
    with pytest.raises(UsageError, match=f"dtype is '{dtype}'; it must be auto, float32, bfloat16 or float16"):
        load_backbone(name, dtype=dtype)


@pytest.mark.parametrize("name", EVERY_LOADER)
@pytest.mark.parametrize("device", ["quantum", "", "cuda:", "cuda:x", "cuda:-1", "cuda:0:1", "auto:1", "CPU"])
def test_a_device_that_does_not_exist_is_told_by_every_backbone(name, device):
    with pytest.raises(UsageError, match=f"device is '{device}'; it must be auto, or one of cpu, cuda, "):
        load_backbone(name, device=device)


def test_devices_and_types_of_number_are_those_of_torch():
    import torch

    for device in backbones.DEVICES:
        assert torch.device(f"{device}:1").index == 1
        load_backbone("fake", device=device)
        load_backbone("fake", device=f"{device}:1")
    for dtype in backbones.DTYPES:
        assert getattr(torch, dtype).is_floating_point
        load_backbone("fake", dtype=dtype)


@pytest.mark.parametrize("name", ["embedded", "fake"])
def test_what_is_part_of_the_package_has_no_revisions(name):
    with pytest.raises(UsageError) as caught:
        load_backbone(name, revision="abc")
    assert str(caught.value) == (
        f"backbone '{name}' is part of earwitness and has no revisions of its own. Leave revision out."
    )


def test_the_list_tells_the_licence_of_every_checkpoint(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["earwitness", "list", "backbones", "--format", "json"])
    with pytest.raises(SystemExit) as left:
        main()
    assert not left.value.code
    licences = {row["name"]: row["licence"] for row in json.loads(capsys.readouterr().out)["rows"]}
    assert licences == {info.name: info.license for info in list_backbones()}
    assert all(licence for name, licence in licences.items() if name != "fake")
