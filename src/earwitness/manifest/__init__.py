"""Lists of pairs as people keep them, read into ``Pair``s one at a time.

Tables (CSV, TSV, JSON Lines, Parquet), NeMo and audiobox manifests, Hugging Face AudioFolders and datasets, Kaldi's
``wav.scp``, folders, globs and single files. A manifest that is wrong is refused before anything is scored, with file,
line, what was got and what was wanted; a clip that is missing or broken is found later and costs only its own score.

    rows.py      where rows come from: one reader a form
    columns.py   which cell of a row means what
    places.py    where a clip may lie
    folders.py   the clips below a folder, and by a glob
    reading.py   one row into one pair: its caption, its stable id
    pairs.py     all of them; the check beforehand; limits, samples and shards
"""

from earwitness.manifest.pairs import Pairs, read_pairs
from earwitness.manifest.reading import CaptionFrom

__all__ = ["CaptionFrom", "Pairs", "read_pairs"]
