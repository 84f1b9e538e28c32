"""What can be known to be wrong with a training before anything is loaded, embedded or written."""

from __future__ import annotations

import numpy as np

from earwitness.errors import UsageError
from earwitness.mos.encoders import options_of
from earwitness.ratings import RatedPairs
from earwitness.train.config import MOSConfig
from earwitness.train.examples import axes_of, check_loss, check_rated, check_varied
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
        check_rated(rated, axes, np.stack([rated.ratings(axis.name) for axis in axes], axis=1), {})
    check_varied(train.name, axes, np.stack([train.ratings(axis.name) for axis in axes], axis=1))
    check_loss(config.objective(), train, axes)
    if config.select.endswith("system") and any(pair.system is None for pair in dev.pairs):
        raise UsageError(f"select is {config.select}, and not every clip of {dev.name} names its system.")
