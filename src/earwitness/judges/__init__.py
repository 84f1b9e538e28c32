"""The judges: pairs in, scores out."""
