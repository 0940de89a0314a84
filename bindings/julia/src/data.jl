# The data of a fit, and the callbacks through which libgim asks for them. SPDX-License-Identifier: BSD-3-Clause

const RAISED = Cint(-2000) # what a callback returns for an exception, kept and thrown again after the fit

# Each environment's features, and their names (nothing: not named).
struct Features
    names::Union{Nothing,Vector{String}}
    environments::Vector{String}
    values::Matrix{Float64} # (features, environments)
end

# A table of columns, one of them `environment`.
function Features(table::NamedTuple)
    haskey(table, :environment) || throw(ArgumentError("perturbations: no column `environment`"))
    names = [name for name in keys(table) if name != :environment && eltype(table[name]) <: Real]
    columns = [Float64.(table[name]) for name in names]
    values = permutedims(reduce(hcat, columns; init=zeros(length(table.environment), 0)))
    checked(Features(String.(names), string.(collect(table.environment)), values))
end

# "off" => (power = 0,), or => [0.0], or => 0.0, for each environment; a Dict has them too.
function Features(pairs)
    list = collect(pairs)
    isempty(list) && throw(ArgumentError("perturbations: none"))
    first_value = last(first(list))
    names = first_value isa Union{NamedTuple,AbstractDict} ? collect(string.(keys(first_value))) : nothing
    columns = [names === nothing ? vec(Float64[last(pair)...]) : by_name(last(pair), names) for pair in list]
    all(column -> length(column) == length(columns[1]), columns) ||
        throw(DimensionMismatch("perturbations: not all have as many features"))
    checked(Features(names, [string(first(pair)) for pair in list], reduce(hcat, columns)))
end

function checked(features)
    allunique(features.environments) || throw(ArgumentError("perturbations: an environment has two rows"))
    features
end

# The numbers of name => value, in the order of names.
function by_name(values, names)
    given = Dict(string(name) => Float64(value) for (name, value) in pairs(values))
    for name in keys(given)
        name in names || throw_unknown("feature", name, names)
    end
    map(names) do name
        haskey(given, name) ||
            throw(UnknownName("feature \"$name\" is missing; all are needed: $(join(names, ", "))"))
        given[name]
    end
end

# What the callbacks reach through `user`.
mutable struct Host{X<:AbstractMatrix}
    x::X
    rows::Vector{Vector{Int}} # of each environment, in x
    features::Matrix{Float64} # (features, environments), in the order of rows
    names::Vector{String}
    control::Vector{Bool}
    progress::Any
    raised::Any
end

function Host(x, labels, features::Features, control, progress)
    length(labels) == size(x, 1) ||
        throw(DimensionMismatch("$(length(labels)) labels of environments, where x has $(size(x, 1)) rows"))
    names, rows = String[], Vector{Int}[]
    place = Dict{String,Int}()
    for (row, label) in enumerate(string.(labels))
        at = get!(place, label) do
            push!(names, label)
            push!(rows, Int[])
            length(names)
        end
        push!(rows[at], row)
    end
    control = control === nothing ? String[] : control isa AbstractVector ? string.(control) : [string(control)]
    for name in control
        name in names || throw_unknown("environment", name, names)
    end
    columns = map(names) do name
        at = findfirst(isequal(name), features.environments)
        at === nothing && throw_unknown("row of perturbations", name, features.environments)
        at
    end
    Host{typeof(x)}(x, rows, features.values[:, columns], names, [name in control for name in names], progress, nothing)
end

# No exception leaves a callback: it is kept, and the fit ends.
function guard(call, user)
    host = unsafe_pointer_to_objref(user)
    try
        return call(host) === true ? Cint(1) : Cint(0)
    catch exception
        host.raised = exception
        return exception isa InterruptException ? Cint(1) : RAISED
    end
end

describe_callback(env, out, features, user) = guard(user) do host
    at = env + 1
    size = unsafe_load(out).struct_size
    name = Ptr{Cchar}(pointer(host.names[at])) # lives as long as the host
    unsafe_store!(out, LibGIM.gim_environment(size, length(host.rows[at]), host.control[at], name))
    for i in axes(host.features, 1)
        unsafe_store!(features, host.features[i, at], i)
    end
    false
end

read_callback(env, rows, n, into, user) = guard(user) do host
    gather!(into, host.x, host.rows[env+1], rows, n)
end

function gather!(into, x, numbers, rows, n)
    d = size(x, 2)
    for r in 1:n
        row = numbers[unsafe_load(rows, r)+1]
        for j in 1:d
            unsafe_store!(into, Float64(x[row, j]), (r - 1) * d + j)
        end
    end
    false
end

# Ctrl-C is put off while libgim computes, and comes here as an InterruptException.
progress_callback(at, user) = guard(user) do host
    Base.reenable_sigint() do
        p = unsafe_load(at)
        host.progress === nothing ? false :
        host.progress((step=p.step, steps=p.steps, objective=p.objective, held_out=p.held_out, acyclicity=p.acyclicity,
                       penalty=p.penalty, edges=Int(p.edges), seconds_left=p.seconds_left)) === true
    end
end

# gim_fit() or gim_resume(): the status. What was raised on the way is in the host.
function run(call, pointer, host)
    describe = @cfunction(describe_callback, Cint, (Csize_t, Ptr{LibGIM.gim_environment}, Ptr{Cdouble}, Ptr{Cvoid}))
    read = @cfunction(read_callback, Cint, (Csize_t, Ptr{Csize_t}, Csize_t, Ptr{Cdouble}, Ptr{Cvoid}))
    progress = @cfunction(progress_callback, Cint, (Ptr{LibGIM.gim_progress}, Ptr{Cvoid}))
    GC.@preserve host begin
        user = pointer_from_objref(host)
        data = Ref(LibGIM.gim_data(sizeof(LibGIM.gim_data), length(host.names), describe, read, user))
        return disable_sigint(() -> call(pointer, data, progress, user))
    end
end

"The seed with which `gim sample --seed` draws the rows of an environment."
environment_seed(seed, environment) = foldl((hash, byte) -> xor(hash, byte) * 0x00000100000001b3,
    codeunits(string(environment)); init=xor(0xcbf29ce484222325, UInt64(seed)))
