"""How the unit tests of a folder are declared."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

# Puts the files $(SRCS) into one, each in a namespace named after the file, so that
# two files may use the same name for what is theirs. Lines keep their numbers. g++
# would take each file for a header, and warn that what is in the unnamed namespaces
# of headers differs from one program to the next.
_JOIN = """awk '
  BEGIN {
    print "#if defined(__GNUC__) && !defined(__clang__)"
    print "#pragma GCC diagnostic ignored \\"-Wsubobject-linkage\\""
    print "#endif"
  }
  FNR == 1 {
    stem = FILENAME
    gsub(/.*\\/|\\.cc$$/, "", stem)
    print "#line 1 \\"" FILENAME "\\""
  }
  $$0 == "namespace {" { print "namespace " stem " { namespace {"; next }
  $$0 == "}  // namespace" { print "} }  // namespace"; next }
  { print }
' $(SRCS) >$@"""

def _absolute(label):
    """The one way to write a label: two would be a duplicate among `deps`."""
    if label.startswith(":"):
        return "//" + native.package_name() + label
    if label.startswith("//") and ":" not in label:
        return label + ":" + label.split("/")[-1]
    return label

def orrery_cc_tests(name, tests, deps = ["@googletest//:gtest_main"], alone = [], files_at_once = 12):
    """Declares a cc_test for each of `tests`, and NAME, which is all of them at once.

    Most of the time that a small test takes goes into its headers, its linker and
    its sandbox. So `//...` means NAME, one program whose files are compiled a few at
    a time; the tests one by one, tagged `manual`, are for whoever works on one.

    The files have to be of the usual form: what is theirs stands in an unnamed
    namespace whose first and last line are `namespace {` and `}  // namespace`.

    Args:
      name: of the test of all.
      tests: a list of deps for each name of a test, whose source is TEST.cc.
      deps: what each test needs besides.
      alone: those of `tests` that are no part of NAME, and not `manual`: tests with
        a main() or macros of their own, or that look at the process they run in.
      files_at_once: how many files are compiled as one.
    """
    for test in alone:
        if test not in tests:
            fail("orrery_cc_tests %s: alone names %s, which is none of its tests" % (name, test))
    for test, own_deps in tests.items():
        cc_test(
            name = test,
            size = "small",
            srcs = [test + ".cc"],
            tags = [] if test in alone else ["manual"],
            deps = own_deps + deps,
        )
    together = [test for test in tests if test not in alone]
    all_deps = {_absolute(dep): None for test in together for dep in tests[test] + deps}
    parts = []
    for first in range(0, len(together), files_at_once):
        part = "%s_%d" % (name, len(parts) + 1)
        native.genrule(
            name = part,
            testonly = True,
            srcs = [test + ".cc" for test in together[first:first + files_at_once]],
            outs = [part + ".cc"],
            cmd = _JOIN,
        )
        parts.append(part + ".cc")
    cc_test(
        name = name,
        size = "medium",
        srcs = parts,
        deps = all_deps.keys(),
    )
