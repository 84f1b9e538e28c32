#!/usr/bin/env bash
# The embedded judge from scratch: two CPU cores, about two hours. Run from the project's root.
# Needs the hf extra, and esc10/ and sonicpi/ in ../shared/data (or DATA).
set -euo pipefail
cd "$(dirname "$0")/../.."
data=${DATA:-../shared/data}
export OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1
train() { python -m recipes.nano.train --data "$data" "$@"; }

# 1. Folds 1-3 of ESC-10. If interrupted, repeat with --resume.
train --out runs/nano/dev --folds 1 2 3 --steps 4600

# 2. Two short runs from there that differ in their folds alone: one to be tested on fold 4, one to ship with it.
last=(--start runs/nano/dev/checkpoint.pt --steps 400 --warmup 60 --learning-rate 6e-4 --canonical 0.25 --no-growth)
train --out runs/nano/tested --folds 1 2 3 "${last[@]}" &
train --out runs/nano/shipped --folds 1 2 3 4 "${last[@]}"
wait

# 3. Figures, and the package's folder.
python -m recipes.nano.evaluate runs/nano/tested/model --folds 4 --data "$data" --out recipes/nano/results.json
python -m recipes.nano.publish runs/nano/shipped --data "$data" --null-folds 1 2 3 4 --results recipes/nano/results.json
for run in dev tested shipped; do cp "runs/nano/$run/log.jsonl" "recipes/nano/log-$run.jsonl"; done
