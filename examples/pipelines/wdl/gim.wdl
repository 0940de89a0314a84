version 1.1
# Fits a model, predicts perturbations that it never saw, and scores them where they were measured.
# SPDX-License-Identifier: BSD-3-Clause

workflow gim {
    meta {
        description: "Predicts what unseen perturbations do to a system, from samples under others"
    }

    parameter_meta {
        data: "Table with a row a sample: its environment, and a column a variable"
        perturbations: "Table with a row a perturbation, its features in the columns"
        control: "Environments to which nothing was done"
        ask: "Table as perturbations, of what is to be predicted"
        observed: "Samples of some of these, and of the control, to score the prediction by"
        fit_options: "More options of gim fit"
        rows: "Rows to draw of each environment"
    }

    input {
        File data
        File perturbations
        Array[String]+ control
        File ask
        File? observed
        String fit_options = ""
        Int rows = 1000
        Int seed = 1
        Int cpu = 2
        String docker = "libgim/gim:0.1.0"
    }

    call fit {
        input:
            data = data, perturbations = perturbations, control = control, options = fit_options, seed = seed, cpu = cpu,
            docker = docker
    }

    call sample {
        input: model = fit.model, perturbations = ask, rows = rows, seed = seed, cpu = cpu, docker = docker
    }

    if (defined(observed)) {
        call score {
            input: predicted = sample.samples, observed = select_first([observed]), control = control, docker = docker
        }
    }

    output {
        File model = fit.model
        File how = fit.how
        File samples = sample.samples
        File? scores = score.scores
    }
}

task fit {
    meta {
        description: "gim fit"
    }

    parameter_meta {
        data: "Table with a row a sample"
        perturbations: "Table with a row a perturbation"
        control: "Environments to which nothing was done"
        options: "More options of gim fit"
    }

    input {
        File data
        File perturbations
        Array[String]+ control
        String options = ""
        Int seed = 1
        Int cpu = 2
        String memory = "4 GiB"
        String docker = "libgim/gim:0.1.0"
    }

    command <<<
        set -eu
        gim fit --data '~{data}' --perturbations '~{perturbations}' --control '~{sep("' --control '", control)}' \
            --seed ~{seed} --threads ~{cpu} ~{options} --json -o model.gim > fit.json
    >>>

    output {
        File model = "model.gim"
        File how = "fit.json"
    }

    runtime {
        container: docker
        cpu: cpu
        memory: memory
    }
}

task sample {
    meta {
        description: "gim sample"
    }

    parameter_meta {
        model: "Of fit"
        perturbations: "Table with a row a perturbation that is to be predicted"
        rows: "Rows to draw of each"
    }

    input {
        File model
        File perturbations
        Int rows = 1000
        Int seed = 1
        Int cpu = 2
        String memory = "2 GiB"
        String docker = "libgim/gim:0.1.0"
    }

    command <<<
        set -eu
        gim sample '~{model}' --perturbations '~{perturbations}' -n ~{rows} --seed ~{seed} --threads ~{cpu} \
            --json -o samples.tsv.gz > samples.json
    >>>

    output {
        File samples = "samples.tsv.gz"
        File drawn = "samples.json"
    }

    runtime {
        container: docker
        cpu: cpu
        memory: memory
    }
}

task score {
    meta {
        description: "gim score"
    }

    parameter_meta {
        predicted: "Of sample"
        observed: "The same environments as they were measured, and the control"
        control: "Environments to which nothing was done"
        metrics: "Of gim score"
    }

    input {
        File predicted
        File observed
        Array[String]+ control
        String metrics = "mean_distance,energy"
        String memory = "2 GiB"
        String docker = "libgim/gim:0.1.0"
    }

    command <<<
        set -eu
        gim score --predicted '~{predicted}' --observed '~{observed}' --control '~{sep("' --control '", control)}' \
            --metrics '~{metrics}' -o scores.tsv
    >>>

    output {
        File scores = "scores.tsv"
    }

    runtime {
        container: docker
        cpu: 1
        memory: memory
    }
}
