# How good predictions and graphs are, and systems whose truth is known. SPDX-License-Identifier: BSD-3-Clause

"""
    score(predicted, observed; metrics)

The distance of predicted rows (n, d) from observed ones (m, d) by each metric, of all the lower the better:
`mean_distance`, `kde_nll`, `wasserstein`, `energy`, `mmd`, `wasserstein_1`.
"""
function score(predicted::AbstractMatrix, observed::AbstractMatrix; metrics=nothing)
    size(predicted, 2) == size(observed, 2) ||
        throw(DimensionMismatch("predicted has $(size(predicted, 2)) columns, observed $(size(observed, 2))"))
    known = texts(LibGIM.gim_metric_name)
    p, o = rows_of(predicted), rows_of(observed)
    Dict(map(metrics === nothing ? known : metrics) do name
        at = findfirst(isequal(string(name)), known)
        at === nothing && throw_unknown("metric", name, known)
        value = Ref{Cdouble}(0)
        status = LibGIM.gim_score_samples(at - 1, p, size(p, 2), o, size(o, 2), size(p, 1), C_NULL, value)
        status < 0 && throw(gim_error(status))
        Symbol(name) => value[]
    end)
end

edges_of(graph) = Matrix{Cuchar}(permutedims(graph .!= 0))

"""
    compare_graphs(estimate, truth)

`shd`, `sid`, `precision`, `recall`, `f1`, ... of two adjacency matrices.
"""
function compare_graphs(estimate::AbstractMatrix, truth::AbstractMatrix)
    size(estimate) == size(truth) && size(truth, 1) == size(truth, 2) ||
        throw(DimensionMismatch("graphs of the sizes $(size(estimate)) and $(size(truth)): not square, or not equal"))
    T = LibGIM.gim_graph_scores
    out = Ref(T(sizeof(T), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    status = LibGIM.gim_compare_graphs(edges_of(estimate), edges_of(truth), size(truth, 1), C_NULL, out)
    status < 0 && throw(gim_error(status))
    names = fieldnames(T)[2:end]
    NamedTuple{names}(map(name -> getfield(out[], name), names))
end

const CHOICES = Dict(:graph => ["erdos-renyi", "scale-free"], :intervention => ["hard", "shift"],
                     :mechanism => ["linear", "nonlinear", "zero-inflated"])

function settings_of(given, kept)
    T = LibGIM.gim_simulation
    settings = Ref{T}()
    GC.@preserve settings begin
        pointer = Base.unsafe_convert(Ptr{T}, settings)
        unsafe_store!(Ptr{Csize_t}(pointer), sizeof(T))
        LibGIM.gim_simulation_init(pointer)
    end
    values = Dict{Symbol,Any}(name => getfield(settings[], name) for name in fieldnames(T))
    for (name, value) in given
        haskey(values, name) || throw_unknown("setting", name, fieldnames(T)[2:end] .|> string)
        if name in (:doses, :new_doses)
            push!(kept, Float64.(collect(value)))
            values[Symbol(:n_, name)] = length(kept[end])
            value = pointer_to(kept[end])
        elseif haskey(CHOICES, name) && !(value isa Integer)
            at = findfirst(isequal(replace(string(value), "_" => "-")), CHOICES[name])
            at === nothing && throw_unknown(name, value, CHOICES[name])
            value = at - 1
        end
        values[name] = value
    end
    Ref(T((values[name] for name in fieldnames(T))...))
end

pointer_to(vector) = Base.pointer(vector)

"""
    simulate(; variables = 20, seed = 1, ...)

A random system whose truth is known: `graph`, and the parts `training`, `new_doses` and `new_perturbations`, each with
`x`, `environments`, `perturbations` (as [`fit!`](@ref) takes them) and `targets`. Settings are those of
`gim_simulation` in `gim.h`.
"""
function simulate(; settings...)
    kept = Vector{Float64}[]
    pointer = Ref{Ptr{Cvoid}}(C_NULL)
    status = GC.@preserve kept LibGIM.gim_system_new(pointer, settings_of(settings, kept), C_NULL)
    system = pointer[]
    try
        check_system(system, status)
        made = unsafe_load(LibGIM.gim_system_settings(system))
        edges = Matrix{Cuchar}(undef, made.variables, made.variables)
        check_system(system, LibGIM.gim_system_graph(system, edges, C_NULL))
        return (graph=permutedims(edges) .!= 0, training=part_of(system, made, 0), new_doses=part_of(system, made, 1),
                new_perturbations=part_of(system, made, 2))
    finally
        LibGIM.gim_system_free(system)
    end
end

check_system(system, status) = status < 0 &&
    throw(gim_error(status, system == C_NULL ? "" : message_of(LibGIM.gim_system_message, system)))

function part_of(system, made, part)
    first, count = Ref{Csize_t}(0), Ref{Csize_t}(0)
    check_system(system, LibGIM.gim_system_part(system, part, first, count))
    blocks, labels = Matrix{Float64}[], String[]
    table, truth = Pair{String,Vector{Float64}}[], Pair{String,BitVector}[]
    for env in Int(first[]) .+ (0:Int(count[])-1)
        out = Ref(LibGIM.gim_environment(sizeof(LibGIM.gim_environment), 0, 0, C_NULL))
        values, hit = Vector{Float64}(undef, made.components), Vector{Cuchar}(undef, made.variables)
        check_system(system, LibGIM.gim_system_environment(system, env, out, values))
        x = Matrix{Float64}(undef, made.variables, out[].n_rows)
        check_system(system, LibGIM.gim_system_rows(system, env, out[].n_rows, made.seed, x))
        check_system(system, LibGIM.gim_system_perturbation(system, env, C_NULL, C_NULL, hit, C_NULL))
        name = unsafe_string(out[].name)
        push!(blocks, x)
        append!(labels, fill(name, size(x, 2)))
        push!(table, name => values)
        push!(truth, name => hit .!= 0)
    end
    (x=permutedims(reduce(hcat, blocks)), environments=labels, perturbations=table, targets=truth)
end
