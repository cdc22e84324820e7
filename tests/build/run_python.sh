#!/bin/sh
# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs a Python program as a test. Bazel 4's py_test is gone from Bazel 9.

# -B: a test of the whole tree leaves nothing in it.
exec python3 -B "$@"
