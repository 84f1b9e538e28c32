#!/usr/bin/env bash
# Losses, encoders and label noise on real ratings: two CPU cores, about an hour. Run from the project's root, with the
# hf extra and the group bench; needs speechocean/, codec_mushra/, tts_synt3/ and aes_ratings/ in ../shared/data (or DATA).
# What is finished is not trained again: repeat the same command after an interruption.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=${DATA:-../shared/data}
export OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1

learn() {
    for task in codec-sentences codec-systems speechocean; do
        python -m recipes.ratings.experiment "$task" --encoder "$1" --data "$data"
    done
    python -m recipes.ratings.transfer --encoder "$1" --data "$data"
}
noise() {
    for kind in raters noise; do python -m recipes.ratings.label_noise "$kind" --data "$data"; done
}

# Waiting for it by its number tells whether it failed.
learn log-mel &
log_mel=$!
learn embedded
noise
wait "$log_mel"
python -m earwitness train mos --train "$data/speechocean/metadata.csv" --column ratings.pronunciation=pronunciation \
    --column system=speaker --scale 0-2 --dev-share 0.2 --dev-by system --axes pronunciation --grid paper-ablation \
    --regression-scale standardised --rank-weight 2 --seeds 2 --cache runs/ratings/grid-embeddings \
    --out runs/ratings/paper-ablation
for form in csv svg; do
    cp "runs/ratings/paper-ablation/grid.$form" "recipes/ratings/results/paper-ablation.$form"
done
python -m recipes.ratings.aes_ceilings --data "$data/aes_ratings"
python -m recipes.ratings.tables --data "$data"
python -m recipes.ratings.curve
python -m recipes.ratings.page
