"""What can be known to be wrong with a training before anything is loaded, embedded or written."""

from __future__ import annotations

from earwitness.errors import UsageError
from earwitness.mos.encoders import options_of
from earwitness.ratings import RatedPairs
from earwitness.train.config import MOSConfig
from earwitness.train.evaluation import CHOICES
from earwitness.train.examples import axes_of, check_loss, check_rated, check_varied, ratings_of
from earwitness.train.presets import recipe_kept


def check_ahead(config: MOSConfig, train: RatedPairs, dev: RatedPairs, device: str = "auto") -> None:
    """Refuse what cannot end well, whatever the clips sound like.

    Raises:
        UsageError: if there is no such encoder, device or recipe, or the options do not go together with the ratings.
    """
    recipe_kept(config)
    options_of(config.encoder, layer=config.layer, device=device, revision=config.revision)
    axes = axes_of(train, config.axes, config.text_axes)
    for rated in (train, dev):
        axes_of(rated, config.axes, ())
        check_rated(rated, axes, ratings_of(rated, axes), {})
    check_varied(train.name, axes, ratings_of(train, axes))
    check_loss(config.objective(), train, axes)
    _, level = CHOICES[config.select]
    if level == "system" and any(pair.system is None for pair in dev.pairs):
        raise UsageError(f"select is {config.select}, and not every clip of {dev.name} names its system.")
