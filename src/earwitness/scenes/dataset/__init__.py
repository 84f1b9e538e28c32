"""Sets of captioned clips whose truth is known by construction, as files.

``quartets`` decides which clips meet which captions; ``ingredients`` finds what clips can be made of on this machine;
``rows`` is a sample as a row of Parquet; ``making`` writes a set shard by shard, and goes on where it was broken off;
``card`` tells what is in it.
"""
