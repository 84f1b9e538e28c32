import pytest

from earwitness import errors


def test_the_tree_in_the_docstring_is_the_tree():
    drawn = [line.strip(" │├└─") for line in (errors.__doc__ or "").splitlines() if "Error" in line]
    names = {line.split()[0] for line in drawn if line}
    built = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    assert names == built


@pytest.mark.parametrize(
    ("kind", "code"),
    [("EarwitnessError", 1), ("UsageError", 2), ("ManifestError", 2), ("RunError", 4), ("BackboneError", 5)],
)
def test_exit_codes(kind, code):
    assert getattr(errors, kind).exit_code == code


def test_an_unknown_name_suggests_the_nearest():
    text = str(errors.UnknownNameError("backbone", "qwen2.5-omni", ["qwen2.5-omni-7b", "embedded"]))
    assert text == "no backbone 'qwen2.5-omni'. Did you mean 'qwen2.5-omni-7b'? See: earwitness list backbones"


def test_an_unknown_name_far_from_all_suggests_none():
    text = str(errors.UnknownNameError("preset", "zzz", ["aqascore"]))
    assert text == "no preset 'zzz'. See: earwitness list presets"


def test_a_clip_error_keeps_its_reason():
    assert errors.AudioError("rain.wav is empty.", code="audio_empty").code == "audio_empty"
