"""A program as its users would run it, whatever the rest is built with."""

# What a plain -O2 does. Bazel adds frame pointers and stack protectors of its own, which cost instructions in every
# function.
_FLAGS = ["-O2", "-fomit-frame-pointer", "-fno-stack-protector"]

def _optimized_impl(_settings, _attr):
    return {
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": _FLAGS,
        # Nor what .bazelrc or a command line asks of some files: -O0, say.
        "//command_line_option:per_file_copt": [],
    }

_optimized_transition = transition(
    implementation = _optimized_impl,
    inputs = [],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
        "//command_line_option:per_file_copt",
    ],
)

def _optimized_binary_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = program, target_file = ctx.executable.binary, is_executable = True)
    runfiles = ctx.runfiles(files = [program])
    runfiles = runfiles.merge(ctx.attr.binary[0][DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = program, runfiles = runfiles)]

optimized_binary = rule(
    implementation = _optimized_binary_impl,
    doc = "The program `binary`, built with -O2 and without what a debug build adds.",
    attrs = {
        "binary": attr.label(cfg = _optimized_transition, executable = True, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)
