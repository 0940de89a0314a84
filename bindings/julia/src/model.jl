# The model. SPDX-License-Identifier: BSD-3-Clause

# ---- options --------------------------------------------------------------------------------------------------------

# "learning_rate" => 304, ..., as the library has them
function option_numbers()
    numbers = Dict{String,Cint}()
    for index in 0:LibGIM.gim_option_count()-1
        option = Ref{Cint}(0)
        LibGIM.gim_option_at(index, option)
        numbers[replace(unsafe_string(LibGIM.gim_option_name(option[])), "-" => "_")] = option[]
    end
    numbers
end

function option_kind(number)
    kind = Ref{Cint}(0)
    LibGIM.gim_option_type(number, kind)
    kind[]
end

"Every option of a fit: name => (help, lowest, highest, default, choices)."
function options()
    Dict(Symbol(name) => begin
        span = [Ref{Cdouble}(0) for _ in 1:3]
        LibGIM.gim_option_range(number, span...)
        (help=unsafe_string(LibGIM.gim_option_help(number)), lowest=span[1][], highest=span[2][], default=span[3][],
         choices=texts(value -> LibGIM.gim_option_choice(number, value)))
    end for (name, number) in option_numbers())
end

function set_option(handle, name, value)
    numbers = option_numbers()
    haskey(numbers, string(name)) || throw_unknown("option", name, sort!(collect(keys(numbers))))
    number = numbers[string(name)]
    if value isa Union{AbstractString,Symbol}
        choices = texts(value -> LibGIM.gim_option_choice(number, value))
        at = findfirst(isequal(replace(string(value), "_" => "-")), choices)
        at === nothing && throw_unknown(name, value, choices)
        value = at - 1
    end
    check(handle, option_kind(number) == LibGIM.GIM_REAL ? LibGIM.gim_set_real(pointer_of(handle), number, value) :
                  LibGIM.gim_set_int(pointer_of(handle), number, Int64(value)))
end

# ---- the handle -----------------------------------------------------------------------------------------------------

# Owns a gim_model; calls hold it by GC.@preserve, so that it is never freed under one.
mutable struct Handle
    pointer::Ptr{Cvoid}
    Handle(pointer) = finalizer(handle -> LibGIM.gim_model_free(handle.pointer), new(pointer))
end

pointer_of(handle) = handle.pointer

function check(handle, status)
    status < 0 && throw(gim_error(status, message_of(LibGIM.gim_message, handle.pointer)))
    status
end

function new_handle(d, p)
    pointer = Ref{Ptr{Cvoid}}(C_NULL)
    status = LibGIM.gim_model_new(pointer, d, p, C_NULL)
    status < 0 && throw(gim_error(status))
    Handle(pointer[])
end

# ---- the model ------------------------------------------------------------------------------------------------------

"""
    Model(; options...)

A generative intervention model, or with `method = :ridge` and the like a baseline. Options are the library's, with `_`
in place of `-`: `Model(intervention = :shift, steps = 2000)`; [`options`](@ref) lists them.

Many tasks may ask one model at once. During a fit the model answers from the fit before it; two fits at once need two
models.
"""
mutable struct Model
    options::Dict{Symbol,Any}
    handle::Union{Nothing,Handle}
    function Model(; options...)
        trial = new_handle(2, 1)
        GC.@preserve trial for (name, value) in options
            set_option(trial, name, value)
        end
        new(Dict{Symbol,Any}(options), nothing)
    end
end

"""
    Model(path)

Reads a model that any binding, or `gim fit`, has written.
"""
function Model(path::AbstractString)
    pointer = Ref{Ptr{Cvoid}}(C_NULL)
    status = LibGIM.gim_model_load(pointer, path, C_NULL)
    pointer[] == C_NULL && throw(gim_error(status))
    handle = Handle(pointer[])
    GC.@preserve handle check(handle, status)
    model = Model()
    model.handle = handle
    model
end

function Base.show(io::IO, model::Model)
    model.handle === nothing && return print(io, "Model without a fit")
    print(io, "Model of ", length(variables(model)), " variables under ", length(features(model)), " features")
end

function Base.copy(model::Model)
    other = Model()
    other.options = copy(model.options)
    model.handle === nothing && return other
    pointer = Ref{Ptr{Cvoid}}(C_NULL)
    with(model) do handle
        check(handle, LibGIM.gim_model_copy(pointer, handle.pointer))
    end
    other.handle = Handle(pointer[])
    other
end

# Runs call with the handle of a fitted model, which lives until it returns.
function with(call, model)
    handle = model.handle
    handle === nothing && throw(gim_error(LibGIM.GIM_ERR_STATE, "the model has no fit; call fit! or Model(path) first"))
    GC.@preserve handle call(handle)
end

"""
    fit!(model, x, environments, perturbations; control, variables, features, progress)

Fits the model, from the start, and returns how that ended: `:converged`, `:stopped` or `:cyclic` (not converged).

- `x`: (n, d), a row a sample, any `AbstractMatrix` of numbers; only the rows that libgim asks for are copied
- `environments`: a label for each row
- `perturbations`: each environment's features, as pairs or a `Dict` (`"one" => (power = 1,)`, `"one" => [1.0]`), or
  as a table of columns `(environment = [...], power = [...])`
- `control`: the environment, or environments, in which nothing is perturbed
- `variables`, `features`: names
- `progress`: called with a `NamedTuple` (`step`, `steps`, `held_out`, ...) at every check; `true` stops the fit

Ctrl-C stops the fit and throws an `InterruptException`; the model then holds the fit as far as it came, and
[`resume!`](@ref) goes on.
"""
function fit!(model::Model, x::AbstractMatrix, environments, perturbations; control=nothing, variables=nothing,
              features=nothing, progress=nothing)
    table = perturbations isa Features ? perturbations : Features(perturbations)
    host = Host(x, environments, table, control, progress)
    handle = new_handle(size(x, 2), size(table.values, 1))
    GC.@preserve handle begin
        set_names(handle, LibGIM.gim_set_variable_name, variables)
        set_names(handle, LibGIM.gim_set_feature_name, features === nothing ? table.names : features)
        for (name, value) in model.options
            set_option(handle, name, value)
        end
        finish!(model, handle, host, run(LibGIM.gim_fit, handle.pointer, host))
    end
end

"""
    resume!(model, x, environments, perturbations; control, progress)

Goes on with a fit that was stopped, on the same data, to the numbers that it would have had.
"""
function resume!(model::Model, x::AbstractMatrix, environments, perturbations; control=nothing, progress=nothing)
    table = Features(perturbations)
    (size(x, 2), size(table.values, 1)) == (length(variables(model)), length(features(model))) ||
        throw(DimensionMismatch("x or perturbations have other columns than those of the fit"))
    host = Host(x, environments, table, control, progress)
    with(handle -> finish!(model, handle, host, run(LibGIM.gim_resume, handle.pointer, host)), model)
end

function set_names(handle, set, names)
    names === nothing && return
    for (index, name) in enumerate(names)
        check(handle, set(handle.pointer, index - 1, string(name)))
    end
end

function finish!(model, handle, host, status)
    status >= 0 && (model.handle = handle)
    host.raised === nothing || throw(host.raised)
    check(handle, status)
    status == LibGIM.GIM_CYCLIC && @warn "not converged: all steps done, but the graph was not acyclic by itself"
    status == LibGIM.GIM_STOPPED ? :stopped : status == LibGIM.GIM_CYCLIC ? :cyclic : :converged
end

# ---- what it was fitted to ------------------------------------------------------------------------------------------

names_of(model, count, name) = with(model) do handle
    [unsafe_string(name(handle.pointer, i)) for i in 0:Int(count(handle.pointer))-1]
end

"The names of the variables."
variables(model::Model) = names_of(model, LibGIM.gim_variable_count, LibGIM.gim_variable_name)
"The names of the features."
features(model::Model) = names_of(model, LibGIM.gim_feature_count, LibGIM.gim_feature_name)

"The environments of the fit: name => (rows, observational, features)."
environments(model::Model) = with(model) do handle
    map(0:Int(LibGIM.gim_environment_count(handle.pointer))-1) do env
        out = Ref(LibGIM.gim_environment(sizeof(LibGIM.gim_environment), 0, 0, C_NULL))
        values = Vector{Float64}(undef, Int(LibGIM.gim_feature_count(handle.pointer)))
        check(handle, LibGIM.gim_environment_get(handle.pointer, env, out, values))
        unsafe_string(out[].name) => (rows=Int(out[].n_rows), observational=out[].observational != 0, features=values)
    end
end

"How the fit went: a `Dict` of status (a number), step, held_out, edges, ..."
report(model::Model) = with(model) do handle
    Dict(map(enumerate(texts(LibGIM.gim_report_name))) do (index, name)
        value = Ref{Cdouble}(0)
        check(handle, LibGIM.gim_report(handle.pointer, index - 1, value))
        Symbol(replace(name, "-" => "_")) => value[]
    end)
end

"The checks, a row each: step, objective, held_out, acyclicity, penalty, edges."
history(model::Model) = with(model) do handle
    n = Ref{Csize_t}(0)
    check(handle, LibGIM.gim_history(handle.pointer, n, C_NULL, 0))
    rows = Matrix{Float64}(undef, Int(LibGIM.GIM_HISTORY_COLUMNS), Int(n[]))
    check(handle, LibGIM.gim_history(handle.pointer, n, rows, n[]))
    permutedims(rows)
end

# ---- asking ---------------------------------------------------------------------------------------------------------

# One perturbation: the name of an environment of the fit, named numbers, or numbers in the model's order.
function one_of(model, perturbation)
    names = features(model)
    if perturbation isa Union{AbstractString,Symbol}
        for (name, environment) in environments(model)
            name == string(perturbation) && return environment.features
        end
        throw_unknown("environment", perturbation, first.(environments(model)))
    end
    perturbation isa Union{NamedTuple,AbstractDict} && return by_name(perturbation, names)
    values = Float64[perturbation...]
    length(values) == length(names) || throw(DimensionMismatch(
        "$(length(values)) numbers, where the model has $(length(names)) features: $(join(first_of(names, 20), ", "))"))
    values
end

# (features, perturbations): nothing for none, a tuple or vector of several applied together.
function together(model, perturbation)
    perturbation === nothing && return zeros(length(features(model)), 0)
    several = perturbation isa Tuple || perturbation isa AbstractVector && !(eltype(perturbation) <: Real)
    reduce(hcat, [one_of(model, part) for part in (several ? perturbation : (perturbation,))])
end

"""
    sample(model, perturbation = nothing; n = 1000, seed = 1)

Rows (n, d) of all variables under a perturbation: named numbers `(power = 3,)`, numbers in the model's order, or the
name of an environment of the fit; a tuple of these, applied together; `nothing`: the unperturbed system.
"""
sample(model::Model, perturbation=nothing; n=1000, seed=1) =
    permutedims(sample!(Matrix{Float64}(undef, length(variables(model)), n), model, perturbation; seed=seed))

"""
    sample!(x, model, perturbation = nothing; seed = 1)

As [`sample`](@ref), into `x` (d, n), a column a sample: the library's own layout, so that nothing is copied.
"""
function sample!(x::Matrix{Float64}, model::Model, perturbation=nothing; seed=1)
    size(x, 1) == length(variables(model)) ||
        throw(DimensionMismatch("x has $(size(x, 1)) rows, where the model has $(length(variables(model))) variables"))
    asked = together(model, perturbation)
    with(model) do handle
        check(handle, LibGIM.gim_sample(handle.pointer, asked, size(asked, 2), size(x, 2), UInt64(seed), x))
    end
    x
end

"""
    predict(model, perturbations; n = 1000, seed = 1)

Rows for each environment of a table, as pairs name => (n, d): those that `gim sample --seed` draws. Environments that
the model knows as controls are unperturbed.
"""
function predict(model::Model, perturbations; n=1000, seed=1)
    table = Features(perturbations)
    controls = [name for (name, environment) in environments(model) if environment.observational]
    map(enumerate(table.environments)) do (index, name)
        values = table.values[:, index]
        if table.names !== nothing
            known = [i for (i, feature) in enumerate(table.names) if feature in features(model)]
            values = Dict(table.names[i] => values[i] for i in known)
        end
        name => sample(model, name in controls ? nothing : values; n=n, seed=environment_seed(seed, name))
    end
end

"The probability that the perturbation acts on each variable."
function targets(model::Model, perturbation)
    asked = one_of(model, perturbation)
    probability = Vector{Float64}(undef, length(variables(model)))
    with(handle -> check(handle, LibGIM.gim_targets(handle.pointer, asked, probability)), model)
    probability
end

"What the perturbation does to each variable, were it a target: name => (mean, spread)."
function effects(model::Model, perturbation)
    asked, d = one_of(model, perturbation), length(variables(model))
    with(model) do handle
        Dict(map(0:Int(LibGIM.gim_effect_count(handle.pointer))-1) do index
            effect = LibGIM.gim_effect_at(handle.pointer, index)
            mean, spread = Vector{Float64}(undef, d), Vector{Float64}(undef, d)
            check(handle, LibGIM.gim_effects(handle.pointer, asked, effect, mean, spread))
            Symbol(replace(unsafe_string(LibGIM.gim_effect_name(effect)), "-" => "_")) => (mean=mean, spread=spread)
        end)
    end
end

# A square matrix that fill(handle, rows) gives row by row.
function square(fill, model, T)
    rows = Matrix{T}(undef, length(variables(model)), length(variables(model)))
    with(handle -> check(handle, fill(handle.pointer, rows)), model)
    permutedims(rows)
end

"The final graph, which has no cycle: (d, d), `[i, j]` the edge i -> j."
graph(model::Model) = square((p, rows) -> LibGIM.gim_graph(p, C_NULL, rows), model, Cuchar) .!= 0
"The probability of each edge."
edge_probabilities(model::Model) = square((p, rows) -> LibGIM.gim_graph(p, rows, C_NULL), model, Cdouble)
"The weights of the final graph's edges, in units of target per unit of source; with linear mechanisms."
weights(model::Model) = square(LibGIM.gim_weights, model, Cdouble)

"The log-density of each row of x under a perturbation, in nats."
function log_density(model::Model, x::AbstractMatrix, perturbation=nothing)
    size(x, 2) == length(variables(model)) ||
        throw(DimensionMismatch("x has $(size(x, 2)) columns, where the model has $(length(variables(model)))"))
    asked, rows, density = together(model, perturbation), rows_of(x), Vector{Float64}(undef, size(x, 1))
    with(model) do handle
        check(handle, LibGIM.gim_log_density(handle.pointer, asked, size(asked, 2), rows, size(x, 1), density))
    end
    density
end

# A matrix (n, d) with its rows one after another.
rows_of(x) = Matrix{Float64}(permutedims(x))

"How far from the training features, and whether the answer is an extrapolation: (distance, outside)."
function distance(model::Model, perturbation)
    asked, far, outside = one_of(model, perturbation), Ref{Cdouble}(0), Ref{Cint}(0)
    with(handle -> check(handle, LibGIM.gim_feature_distance(handle.pointer, asked, far, outside)), model)
    (distance=far[], outside=outside[] != 0)
end

"""
    save(model, path)

Writes the model; the file is whole, or as it was before. `Model(path)` reads it.
"""
save(model::Model, path::AbstractString) =
    (with(handle -> check(handle, LibGIM.gim_model_save(handle.pointer, path)), model); nothing)
