# Status codes as exceptions. SPDX-License-Identifier: BSD-3-Clause

"A call into libgim failed: its code, that code's name (`\"GIM_ERR_DATA\"`), and its message."
struct GIMError <: Exception
    status::Int
    name::String
    message::String
end

"No feature, environment, option, ... of this name; the message says what there is."
struct UnknownName <: Exception
    message::String
end

Base.showerror(io::IO, e::GIMError) = print(io, e.name, ": ", e.message)
Base.showerror(io::IO, e::UnknownName) = print(io, e.message)

function throw_unknown(what, name, known)
    known = collect(String, known)
    listed = join(first_of(known, 20), ", ") * (length(known) > 20 ? ", ..." : "")
    throw(UnknownName("no $what \"$name\"; there are: $listed"))
end

first_of(list, n) = list[1:min(n, length(list))]

function gim_error(status, message="")
    isempty(message) && (message = unsafe_string(LibGIM.gim_status_text(status)))
    GIMError(status, unsafe_string(LibGIM.gim_status_name(status)), message)
end

# What ask (gim_message or its like) has to say of a handle.
function message_of(ask, pointer)
    text = Vector{UInt8}(undef, ask(pointer, C_NULL, 0) + 1)
    GC.@preserve text begin
        ask(pointer, Ptr{Cchar}(Base.pointer(text)), length(text))
        return unsafe_string(Base.pointer(text))
    end
end

# The texts ask(0), ask(1), ... up to NULL.
function texts(ask)
    found = String[]
    while (text = ask(length(found))) != C_NULL
        push!(found, unsafe_string(text))
    end
    found
end
