#!/bin/sh
# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs a Python program on the CPython that the oracle was made for: Debian 12's,
# 3.11.2, where there is one. ORRERY_ORACLE_PYTHON names another one, 3.11 or later.

python=${ORRERY_ORACLE_PYTHON:-/usr/bin/python3}
[ -x "$python" ] || python=python3
exec "$python" -B "$@"
