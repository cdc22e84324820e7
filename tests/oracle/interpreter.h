// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs programs of the oracle's language, program.proto, on Orrery.

#ifndef ORRERY_TESTS_ORACLE_INTERPRETER_H_
#define ORRERY_TESTS_ORACLE_INTERPRETER_H_

#include <string>
#include <vector>

#include "orrery/tests/oracle/program.pb.h"

namespace orrery::oracle {

// Runs the program under `fifo`. Returns the lines of its log.
std::vector<std::string> Run(const Program& program);

}  // namespace orrery::oracle

#endif  // ORRERY_TESTS_ORACLE_INTERPRETER_H_
