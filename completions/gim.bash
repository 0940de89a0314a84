# Bash completion for gim(1): commands, options as `gim COMMAND --help` lists them, files.
# SPDX-License-Identifier: BSD-3-Clause

_gim() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} words
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        words='prepare fit tune sample targets graph report info score compare-graphs compare-targets simulate ifm help --help --version'
    elif [[ $command == help ]]; then
        words='prepare fit tune sample targets graph report info score compare-graphs compare-targets simulate ifm'
    elif [[ $command == ifm ]] && ((COMP_CWORD == 2)); then
        words='factors identify fit check predict sample help --help'
    else
        [[ $command != ifm ]] || command="ifm ${COMP_WORDS[2]}"
        case $before in
        --method) words='model no-change train-mean nearest nearest-dose lower-dose additive ridge mlp' ;;
        -m | --mechanism) words='linear nonlinear zero-inflated' ;;
        -i | --intervention) words='hard shift' ;;
        -g | --graph) words='erdos-renyi scale-free' ;;
        --units) words='model counts' ;;
        --networks) words='shared table' ;;
        --objective) words='quadrature binned score-matching' ;;
        --estimator) words='direct weighted reweighted' ;;
        --normalise) words='total,log1p total log1p none' ;;
        --hold-out-by) words='perturbation dose combination' ;;
        --score) words='kde_nll mean_distance log_density energy mmd wasserstein wasserstein_1' ;;
        -c | --criterion) words='per-variable product-ratio message-passing' ;;
        -f | --format) [[ $command == ifm* ]] || words='tsv dot svg' ;;
        --metrics) words='mean_distance pearson kde_nll wasserstein energy mmd wasserstein_1 discrimination coverage_90 log_density' ;;
        -s | --set | --try) [[ $command == ifm* ]] && command='ifm fit' || command=fit
            words=$(gim $command --list-options 2>/dev/null | sed -n 's/^\([a-z-]*\) .*/\1=/p') && compopt -o nospace ;;
        *) [[ $word != -* ]] || words=$(gim $command --help 2>/dev/null | sed -nE '/^Example/q; s/^ .{5}(--[a-z-]+).*/\1/p') ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o bashdefault -o default -F _gim gim
