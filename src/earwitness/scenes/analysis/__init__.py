"""Levels, times, pitch and tempo of samples by plain signal analysis: functions of arrays."""
