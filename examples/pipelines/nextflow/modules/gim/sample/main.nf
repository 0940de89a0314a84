// Draws samples under unseen perturbations. SPDX-License-Identifier: BSD-3-Clause
process GIM_SAMPLE {
    tag "$meta.id"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "libgim/gim:0.1.0"

    input:
    tuple val(meta), path(model), path(perturbations)

    output:
    tuple val(meta), path("${prefix}.tsv.gz"), emit: samples
    tuple val(meta), path("${prefix}.json")  , emit: drawn
    path "versions.yml"                      , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    gim \\
        sample \\
        $model \\
        --perturbations $perturbations \\
        --threads $task.cpus \\
        $args \\
        --json \\
        -o ${prefix}.tsv.gz \\
        > ${prefix}.json

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        gim: \$(gim --version | sed 's/gim //')
    END_VERSIONS
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo | gzip > ${prefix}.tsv.gz
    echo '{}' > ${prefix}.json

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        gim: \$(gim --version | sed 's/gim //')
    END_VERSIONS
    """
}
