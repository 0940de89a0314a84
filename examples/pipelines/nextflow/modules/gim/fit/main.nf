// Fits a model to samples under known perturbations. SPDX-License-Identifier: BSD-3-Clause
process GIM_FIT {
    tag "$meta.id"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "libgim/gim:0.1.0"

    input:
    tuple val(meta), path(data), path(perturbations)
    val control

    output:
    tuple val(meta), path("${prefix}.gim") , emit: model
    tuple val(meta), path("${prefix}.json"), emit: fit
    path "versions.yml"                    , emit: versions

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def controls = (control instanceof List ? control : [control]).collect { name -> "--control '${name}'" }.join(' ')
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    gim \\
        fit \\
        --data $data \\
        --perturbations $perturbations \\
        $controls \\
        --threads $task.cpus \\
        $args \\
        --json \\
        -o ${prefix}.gim \\
        > ${prefix}.json

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        gim: \$(gim --version | sed 's/gim //')
    END_VERSIONS
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.gim
    echo '{}' > ${prefix}.json

    cat <<-END_VERSIONS > versions.yml
    "${task.process}":
        gim: \$(gim --version | sed 's/gim //')
    END_VERSIONS
    """
}
