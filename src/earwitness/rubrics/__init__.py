"""From a caption to yes/no questions."""
