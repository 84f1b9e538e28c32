"""Audio whose truth is known by construction, with captions and yes/no questions in English and Chinese."""
