# The model of docs/model-file.md. SPDX-License-Identifier: BSD-3-Clause
gim simulate -q -o sim --variables 6 --perturbations 4 --new-perturbations 1
gim fit -q -d sim/train.tsv -p sim/train_perturbations.tsv --control control -o model.gim
