// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Traces for the tests of reports: odd ones, hostile ones, and large ones.

#ifndef ORRERY_REPORT_SAMPLE_REPORTS_H_
#define ORRERY_REPORT_SAMPLE_REPORTS_H_

#include <cstddef>
#include <string>

#include "orrery/traces/trace_reader.h"

namespace orrery {

// Nothing but a header.
Trace EmptyTrace();

// One task that begins and ends.
Trace OneTaskTrace();

// Names, logs and messages that try to break out of a page, to turn text round,
// and that are no UTF-8. Each has `kHostileMark` in it.
inline constexpr char kHostileMark[] = "orrery_hostile";
Trace HostileTrace();

// A cluster: nodes whose tasks send each other messages, some of which are
// lost, and one of which crashes and comes back. Of about `count` events, the
// one at nine tenths is the failure. The same every time.
Trace ClusterTrace(size_t count);

}  // namespace orrery

#endif  // ORRERY_REPORT_SAMPLE_REPORTS_H_
