#!/usr/bin/env bash
# The embedded judge from scratch: two CPU cores, about an hour and three quarters. Run from the project's root.
# Needs the hf extra, and esc10/ and sonicpi/ in ../shared/data (or DATA).
set -euo pipefail
cd "$(dirname "$0")/../.."
data=${DATA:-../shared/data}
export OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1

# 1. Development: learn from folds 1-3 of ESC-10, report on fold 4. If interrupted, repeat with --resume.
python -m recipes.nano.train --out runs/nano/dev --data "$data" --steps 4600
python -m recipes.nano.evaluate runs/nano/dev/model --folds 4 --data "$data" --out recipes/nano/results.json

# 2. What ships: the development weights go on with fold 4 added. No fold is left to test these on.
python -m recipes.nano.train --out runs/nano/shipped --data "$data" --start runs/nano/dev/checkpoint.pt \
    --folds 1 2 3 4 --steps 700 --learning-rate 6e-4 --canonical 0.2 --no-growth
python -m recipes.nano.publish runs/nano/shipped --data "$data" --null-folds 1 2 3 4 --results recipes/nano/results.json
for run in dev shipped; do cp "runs/nano/$run/log.jsonl" "recipes/nano/log-$run.jsonl"; done
