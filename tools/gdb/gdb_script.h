// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `kGdbScript`: the text of orrery.py, which a program that starts gdb hands
// on.

#ifndef ORRERY_TOOLS_GDB_GDB_SCRIPT_H_
#define ORRERY_TOOLS_GDB_GDB_SCRIPT_H_

namespace orrery {

extern const char kGdbScript[];

}  // namespace orrery

#endif  // ORRERY_TOOLS_GDB_GDB_SCRIPT_H_
