// Compares predicted samples with observed ones. SPDX-License-Identifier: BSD-3-Clause
process GIM_SCORE {
    tag "$meta.id"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "libgim/gim:0.1.0"

    input:
    tuple val(meta), path(predicted), path(observed)
    val control

    output:
    tuple val(meta), path("${prefix}.tsv"), emit: scores
    path "versions.yml"                   , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def controls = (control instanceof List ? control : [control]).collect { name -> "--control '${name}'" }.join(' ')
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    gim \\
        score \\
        --predicted $predicted \\
        --observed $observed \\
        $controls \\
        $args \\
        -o ${prefix}.tsv

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        gim: \$(gim --version | sed 's/gim //')
    END_VERSIONS
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.tsv

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        gim: \$(gim --version | sed 's/gim //')
    END_VERSIONS
    """
}
