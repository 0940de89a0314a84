# SPDX-License-Identifier: BSD-3-Clause
"""
libgim for Julia: what an unseen perturbation does to a system, which variables it targets, by which causal graph.

Matrices have a row a sample; entry `[i, j]` of a graph is the edge i -> j. [`Model`](@ref), [`fit!`](@ref) and
[`sample`](@ref) are where to begin.
"""
module GIM

import Libdl

export Model, fit!, resume!, sample, sample!, predict, targets, effects, graph, edge_probabilities, weights,
    log_density, distance, report, history, environments, variables, features, options, save, score, compare_graphs,
    simulate, environment_seed, GIMError, UnknownName

include("LibGIM.jl")
using .LibGIM

include("errors.jl")
include("data.jl")
include("model.jl")
include("judge.jl")

# By its path where GIM_LIBRARY gives one; the calls then find it by its soname.
function __init__()
    path = get(ENV, "GIM_LIBRARY", LibGIM.libgim)
    Libdl.dlopen(path; throw_error=false) === nothing && error(
        "cannot load $path: GIM needs libgim, its C library. Install it (make install && ldconfig), or give its path ",
        "in the environment variable GIM_LIBRARY")
end

"The version of libgim that is loaded."
library_version() = VersionNumber(unsafe_string(LibGIM.gim_version()))

end
