"""What sounds are called in English and Chinese, and which a listener may take for one another."""
