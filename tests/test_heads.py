"""Heads: shapes, the raters' scale, layer weights, captions, and the kinds that papers use."""

import numpy as np
import pytest
import torch

from earwitness.errors import UsageError
from earwitness.mos.heads import Axis, Heads

QUALITY, MATCH = Axis("quality", 1, 5), Axis("match", 1, 5, text=True)
KINDS = ["mlp", "paper", "linear-stack", "audiobox"]


def heads(*axes, seed=0, **options):
    torch.manual_seed(seed)
    return Heads(axes or (QUALITY,), **{"layers": 1, "features": 6, **options}).eval()


def embeddings(clips=5, layers=1, features=6, seed=0):
    return torch.randn(clips, layers, features, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layers", [1, 4])
def test_every_kind_rates_every_axis(kind, layers):
    made = heads(QUALITY, MATCH, kind=kind, layers=layers, text_features=3, hidden=(8, 4))
    output = made(embeddings(layers=layers), torch.randn(5, 3))
    assert output.ratings.shape == (5, 2)
    assert output.logits is None


def test_ratings_leave_on_the_raters_scale():
    made = heads(QUALITY)
    ratings = np.random.default_rng(0).normal(62.0, 9.0, (200, 1))
    made.fit_scales(embeddings(200).numpy(), ratings=ratings)
    # An answer of 0 is the mean rating, an answer of 1 one spread above it.
    made.networks[0] = torch.nn.Sequential(torch.nn.Linear(6, 1))
    torch.nn.init.zeros_(made.networks[0][0].weight)
    torch.nn.init.constant_(made.networks[0][0].bias, 1.0)
    assert made(embeddings(1)).ratings.item() == pytest.approx(ratings.mean() + ratings.std(), rel=1e-6)


def test_unrated_clips_leave_the_scale_alone():
    made = heads(QUALITY)
    made.fit_scales(embeddings(4).numpy(), ratings=np.array([[1.0], [np.nan], [3.0], [np.nan]]))
    assert (made.rating_mean.item(), made.rating_spread.item()) == (2.0, 1.0)


def test_only_ours_standardises_features():
    far = embeddings(300) * 50 + 1000
    for kind in KINDS:
        made = heads(kind=kind)
        made.fit_scales(far.numpy())
        assert (made.audio_mean.abs().max() > 900) == (kind == "mlp")


def test_a_constant_feature_does_not_blow_up():
    made = heads()
    made.fit_scales(np.ones((10, 1, 6), np.float32))
    assert made.audio_spread.tolist() == [[1.0] * 6]


def test_the_linear_stack_is_linear_and_the_paper_head_is_not():
    one, other = embeddings(8, seed=1), embeddings(8, seed=2)
    for kind, linear in (("linear-stack", True), ("paper", False)):
        made = heads(kind=kind, seed=3)
        middle = made((one + other) / 2).ratings
        ends = (made(one).ratings + made(other).ratings) / 2
        assert torch.allclose(middle, ends, atol=1e-5) == linear


def test_audiobox_heads_see_direction_only():
    made = heads(kind="audiobox", hidden=(6, 6))
    clips = embeddings()
    assert torch.allclose(made(clips).ratings, made(clips * 7).ratings, atol=1e-5)


def test_layer_weights_pick_a_layer():
    made = heads(QUALITY, Axis("other", 1, 5), layers=3)
    with torch.no_grad():
        made.layer_weights[0] = torch.tensor([0.0, 0.0, 200.0])
    clips = embeddings(layers=3)
    alone = heads()
    alone.load_state_dict({**alone.state_dict(), **_network_of(made, 0)})
    assert torch.allclose(made(clips).ratings[:, 0], alone(clips[:, 2:]).ratings[:, 0], atol=1e-6)


def _network_of(made, index):
    prefix = f"networks.{index}."
    return {f"networks.0.{n.removeprefix(prefix)}": v for n, v in made.state_dict().items() if n.startswith(prefix)}


def test_only_axes_with_text_hear_the_caption():
    made = heads(QUALITY, MATCH, text_features=6)
    clips = embeddings()
    one, other = (made(clips, torch.randn(5, 6, generator=torch.Generator().manual_seed(s))).ratings for s in (1, 2))
    assert torch.equal(one[:, 0], other[:, 0])
    assert not torch.equal(one[:, 1], other[:, 1])


@pytest.mark.parametrize(("kind", "text_features", "width"), [("mlp", 6, 24), ("mlp", 3, 9), ("paper", 6, 12)])
def test_what_a_caption_adds(kind, text_features, width):
    made = heads(MATCH, kind=kind, text_features=text_features)
    assert made.networks[0][0].in_features == width


def test_bins_give_a_rating_within_the_scale():
    made = heads(bins=20)
    output = made(embeddings() * 100)
    assert output.logits.shape == (5, 1, 20)
    assert ((output.ratings >= 1) & (output.ratings <= 5)).all()
    by_hand = (output.logits[2, 0].softmax(-1) * torch.linspace(1, 5, 20)).sum()
    assert output.ratings[2, 0].item() == pytest.approx(by_hand.item(), rel=1e-6)


def test_one_clip_is_rated_as_in_a_batch():
    made, clips = heads(), embeddings(64)
    alone = torch.cat([made(clip[None]).ratings for clip in clips])
    assert torch.allclose(made(clips).ratings, alone, atol=1e-6)


def test_sizes_build_the_same_heads_again():
    made = heads(QUALITY, MATCH, text_features=6, kind="paper", bins=4, dropout=0.25)
    again = Heads(made.axes, **made.sizes.to_dict())
    again.load_state_dict(made.state_dict())
    assert again.sizes == made.sizes


@pytest.mark.parametrize(
    ("axes", "options", "told"),
    [
        ([], {}, "wanted at least one"),
        ([QUALITY, QUALITY], {}, "each named once"),
        ([Axis("quality", 5, 1)], {}, "wanted low below high"),
        ([MATCH], {}, "no text tower"),
        ([QUALITY], {"kind": "deep"}, "must be one of mlp, paper"),
        ([QUALITY], {"dropout": 1.0}, "below 1"),
        ([QUALITY], {"bins": 1}, "at least 2"),
        ([QUALITY], {"hidden": (0,)}, "hidden"),
    ],
)
def test_wrong_options_are_told(axes, options, told):
    with pytest.raises(UsageError, match=told):
        Heads(axes, **{"layers": 1, "features": 6, **options})


def test_a_missing_caption_is_told():
    with pytest.raises(UsageError, match="needs the captions"):
        heads(MATCH, text_features=6)(embeddings())
