"""Sounds, real or synthesised, and mixes of sounds, voices and music."""
