"""Questions about a judge beyond one figure: calibration, its sweep against agreement, and what wordings move."""
