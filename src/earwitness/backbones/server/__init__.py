"""What the server backbone is made of: requests and replies, tries and failures, the start-up check, the budget.

Conventions: ``samples [time]`` are float32 mono; durations and waits are in seconds; log-probabilities are natural.
Nothing here knows the key but ``Key``, which shows it to nobody but the server.
"""
