"""What was made, heard again: levels, onsets, pitch and tempo of a clip, by plain signal analysis, against its script.

``levels``, ``onsets``, ``pitch`` and ``tempo`` are functions of arrays that know nothing of scripts; ``agreement`` holds
what they find against a clip's script.
"""
