"""What was made, heard again: levels, times, pitch and tempo of a clip, by plain signal analysis, and its script.

``levels``, ``onsets``, ``pitch``, ``tempo`` and ``harmony`` are functions of arrays that know nothing of scripts.
``events`` and ``agreement`` hold what they find against a clip's script, as ``readings``; ``heard`` does so for a set's
clips.
"""
