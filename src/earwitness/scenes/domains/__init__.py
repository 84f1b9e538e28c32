"""What clips of known truth can be about: sounds, speech, music, and mixes of all three.

``base`` is the seam: a domain draws a ``Sketch`` (every fact of a clip), edits one fact of it, renders it, and says in
English or Chinese what is true of it, claim by claim.
"""
