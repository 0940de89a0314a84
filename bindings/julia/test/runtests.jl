# The package, as its users call it. SPDX-License-Identifier: BSD-3-Clause
using GIM, Logging, Random, Statistics, Test

const POWERS = ["off" => 0.0, "one" => 1.0, "two" => 2.0, "four" => 4.0]

function measure(rng, power, n)
    heat = 20 .+ 5power .+ 2randn(rng, n)
    hcat(heat, 1 .+ 0.1heat .+ 0.2randn(rng, n))
end

const rng = MersenneTwister(1)
const x = vcat([measure(rng, power, 40) for (_, power) in POWERS]...)
const labels = repeat(first.(POWERS), inner=40)
const table = [name => (power=power,) for (name, power) in POWERS]
const NAMES = ["heat", "pressure"]

quick(; more...) = Model(; intervention=:shift, steps=60, check_every=20, width=8, more...)
function fitted(x=x, labels=labels, table=table; model=quick(), control="off", variables=NAMES, more...)
    with_logger(NullLogger()) do # which does not say that it is not converged
        fit!(model, x, labels, table; control=control, variables=variables, more...)
    end
    model
end

function message(call)
    try
        call()
    catch exception
        return sprint(showerror, exception)
    end
    "no error"
end

const model = fitted()
const wanted = sample(model, 3; n=20)

@testset "asking" begin
    @test size(wanted) == (20, 2)
    @test sample(model, (power=3,); n=5) == wanted[1:5, :]
    @test permutedims(sample!(zeros(2, 20), model, 3)) == wanted
    @test sample(model, "one"; n=5) == sample(model, [1.0]; n=5)
    @test sample(model, ((power=1,), "two"); n=5) == sample(model, [[1.0], [2.0]]; n=5)
    @test sample(model; n=5) != sample(model, 4; n=5)
    @test length(targets(model, 3)) == 2
    @test all(effects(model, 3)[:mean].spread .> 0)
    @test !any(graph(model)[[1, 4]])
    @test edge_probabilities(model)[1, 1] == 0
    @test all(weights(model)[.!graph(model)] .== 0)
    @test length(log_density(model, x, "two")) == 160
    @test distance(model, 2) == (distance=0.0, outside=false)
    @test distance(model, 9).outside
    @test report(model)[:rows] == 160
    @test size(history(model), 2) == 6
    @test environments(model)[1] == ("off" => (rows=40, observational=true, features=[0.0]))
    @test variables(model) == NAMES && features(model) == ["power"]
    drawn = predict(model, (environment=["three", "off"], power=[3, 0]); n=5, seed=2)
    @test drawn[1] == ("three" => sample(model, 3; n=5, seed=environment_seed(2, "three")))
    @test drawn[2] == ("off" => sample(model; n=5, seed=environment_seed(2, "off")))
    @test environment_seed(1, "three") == 10369692203762474332
    @test options()[:steps].default > 0
end

@testset "input" begin
    wide = zeros(160, 4)
    wide[:, 1:2:3] = x
    order = sortperm(repeat(1:40, 4))
    for model in (fitted(view(wide, :, 1:2:3)), fitted(permutedims(x)'), fitted(x[order, :], labels[order]),
                  fitted(x, Symbol.(labels), Dict(table)), fitted(model=quick(threads=3)),
                  fitted(x, labels, POWERS; features=["power"]),
                  fitted(x, labels, (environment=first.(POWERS), power=last.(POWERS), note=["", "", "", ""])))
        @test sample(model, 3; n=20) == wanted
    end
    @test sample(fitted(Float32.(x)), 3) == sample(fitted(Float64.(Float32.(x))), 3)
end

@testset "errors" begin
    @test message(() -> sample(model, NaN)) ==
          "GIM_ERR_ARGUMENT: perturbation 0, feature \"power\" is nan; features must be finite"
    holed = copy(x)
    holed[46, 2] = NaN
    @test occursin("environment \"one\", row 5, variable \"pressure\" is nan", message(() -> fitted(holed)))
    @test occursin("\"steps\" cannot be -1", message(() -> Model(steps=-1)))
    @test occursin("No such file", message(() -> Model("/none.gim")))
    @test occursin("no fit", message(() -> sample(Model())))
    @test_throws GIMError Model(steps=-1)
    @test message(() -> sample(model, (powr=3,))) == "no feature \"powr\"; there are: power"
    @test message(() -> sample(model, Dict{String,Float64}())) == "feature \"power\" is missing; all are needed: power"
    @test message(() -> sample(model, "tow")) == "no environment \"tow\"; there are: off, one, two, four"
    @test_throws UnknownName fitted(control="of")
    @test occursin("no row of perturbations \"four\"", message(() -> fitted(x, labels, table[1:3])))
    @test occursin("no option \"stepz\"; there are:", message(() -> Model(stepz=3)))
    @test message(() -> Model(mechanism=:liner)) ==
          "no mechanism \"liner\"; there are: linear, nonlinear, zero-inflated"
    @test_throws DimensionMismatch sample(model, [1, 2])
    @test_throws DimensionMismatch fitted(x, labels[1:3])
    before = sample(model, 3; n=5)
    @test_throws GIMError fitted(x .* Inf; model=model)
    @test sample(model, 3; n=5) == before
end

@testset "callbacks" begin
    steps = Int[]
    stopped = fitted(progress=at -> (push!(steps, at.step); at.step >= 20))
    @test steps == [0, 20]
    @test report(stopped)[:status] == 1
    resume!(stopped, x, labels, table; control="off")
    @test sample(stopped, 3; n=20) == wanted
    @test message(() -> fitted(progress=at -> error("mine"))) == "mine"

    Base.exit_on_sigint(false)
    endless, seen = Model(steps=10^7, check_every=20, patience=1), Ref(0)
    interrupt(at) = (seen[] += 1; seen[] == 3 && ccall(:kill, Cint, (Cint, Cint), getpid(), 2); seen[] > 2000)
    @test_throws InterruptException fitted(model=endless, progress=interrupt)
    @test report(endless)[:status] == 1
    @test report(endless)[:step] < 10^6
    @test size(sample(endless, 3; n=5)) == (5, 2)
end

@testset "files, copies, garbage" begin
    path = tempname() * ".gim"
    save(model, path)
    @test sample(Model(path), 3; n=20) == wanted
    @test sample(copy(model), 3; n=20) == wanted
    for _ in 1:20
        Model(path)
        GC.gc(false)
    end
    GC.gc()
    rm(path)
end

@testset "threads" begin
    found = Vector{Matrix{Float64}}(undef, 8)
    Threads.@threads for i in 1:8
        found[i] = sample(model, 3; n=200)
    end
    @test all(isequal(found[1]), found)
end

@testset "judging, simulation" begin
    a, b = x[1:40, :], x[41:80, :]
    @test score(a, b)[:mean_distance] ≈ sqrt(sum(abs2, mean(a, dims=1) - mean(b, dims=1)))
    @test message(() -> score(a, b; metrics=[:energie])) ==
          "no metric \"energie\"; there are: mean_distance, kde_nll, wasserstein, energy, mmd, wasserstein_1"
    scores = compare_graphs([0 0 0; 1 0 1; 0 0 0], [0 1 0; 0 0 1; 0 0 0])
    @test (scores.shd, scores.reversed, scores.true_positives) == (1, 1, 1)
    system = simulate(variables=6, perturbations=4, doses=[1, 2], control_rows=50, rows=10)
    @test size(system.training.x) == (130, 6) && size(system.graph) == (6, 6)
    @test !any(last(system.training.targets[1]))
    @test occursin("variables", message(() -> simulate(variables=1)))
    @test_throws UnknownName simulate(noize=1)
end

@test string(GIM.library_version()) == "0.1.0"
