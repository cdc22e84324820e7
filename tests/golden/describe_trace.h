// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// All that a reader makes of a trace, as text to compare.

#ifndef ORRERY_TESTS_GOLDEN_DESCRIBE_TRACE_H_
#define ORRERY_TESTS_GOLDEN_DESCRIBE_TRACE_H_

#include <string>

#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns what `orrery info` and `orrery print` show, and the choices.
std::string DescribeTrace(const Trace& trace);

// Returns the fields of all messages that a trace consists of, one a line: what
// may be added to, and never changed.
std::string DescribeSchema();

}  // namespace orrery

#endif  // ORRERY_TESTS_GOLDEN_DESCRIBE_TRACE_H_
