"""Judges generated audio: does a clip do what its caption says, and how good does it sound?"""
