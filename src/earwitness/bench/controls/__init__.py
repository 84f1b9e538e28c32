"""Controls: pairs of which it is known what a judge that listens must say of them.

A control is a clip and a caption that is true of it (``bases``), one of the two changed: other audio for the same
caption (``changes``, ``speech``), or another caption for the same audio (``orders``). ``conditions`` is the table of
them, ``pairs`` makes ordinary pairs of it. What a judge says of the pairs is read by ``earwitness.bench.doctor``.
"""
