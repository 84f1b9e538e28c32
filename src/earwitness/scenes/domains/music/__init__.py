"""Music whose score is known, and real samples of instruments."""
