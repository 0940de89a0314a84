// The three modules in a row: fit, sample what was not in the fit, score it. SPDX-License-Identifier: BSD-3-Clause
//   nextflow run main.nf --data cells.tsv --perturbations doses.tsv --control DMSO --ask unseen.tsv --observed measured.tsv
include { GIM_FIT    } from './modules/gim/fit/main'
include { GIM_SAMPLE } from './modules/gim/sample/main'
include { GIM_SCORE  } from './modules/gim/score/main'

workflow {
    meta = [ id: params.id ?: 'model' ]
    GIM_FIT ( [ meta, file(params.data), file(params.perturbations) ], params.control )
    GIM_SAMPLE ( GIM_FIT.out.model.map { m, model -> [ m, model, file(params.ask) ] } )
    GIM_SCORE ( GIM_SAMPLE.out.samples.map { m, samples -> [ m, samples, file(params.observed) ] }, params.control )
}
