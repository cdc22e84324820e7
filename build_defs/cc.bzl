"""How the libraries of this project are declared."""

load("@rules_cc//cc:cc_library.bzl", "cc_library")

def orrery_cc_library(name, **kwargs):
    """A cc_library whose headers are included as "orrery/<folder>/<header>".

    The prefix keeps them apart from a user's own `sim/` or `tests/`, in this
    repository and where it is imported.

    Args:
      name: the stem of the header.
      **kwargs: as for cc_library.
    """
    cc_library(
        name = name,
        include_prefix = "orrery",
        strip_include_prefix = "/",
        **kwargs
    )
