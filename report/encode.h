// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A trace as the data of a report: one column for each property of events, and
// what a viewer would otherwise have to find out (lanes, causes, words).
//
// In order, numbers as in wire.h, texts as numbers in the first table:
//
//   version  1
//   texts    table of UTF-8 texts, as far as the program kept to that
//   facts    pairs of texts: a key, see encode.cc, and a value
//   counts   pairs of a text and a number
//   words    for each of kinds of events, kinds of causes: how many, and a text
//            each
//   nodes    how many, and for each: number, text
//   sites    how many, and a text each
//   lanes    how many, and for each: name, kind, node + 1 (0: none), first and
//            last event, whether it is over, runs: how many, and for each how
//            many events after the end of the last one it begins, and its
//            events
//   bands    times when a node was not up: how many, and for each: node, first
//            event, how many, text
//   records  table: what happened, apart from who, when and why: a kind, a
//   text,
//            how many arguments; each a label, a type, a value (see
//            RecordMaker)
//   events   how many; then for each column its bytes' length and the column:
//            record (0: the next new one; else how many before that one), lane,
//            site + 1 (0: none), how many events ago its cause was (0: none),
//            kind of cause
//   times    how many instants, and for each: seconds since the last one
//            (signed), nanoseconds of the second, events
//   tasks    those that are not done: how many, and for each: lane + 1 (0:
//            none), name, wait, waits for, holder, where it was spawned,
//            whether it is running, where it stands: how many texts, by whom it
//            is awaited: how many texts
//
// Of a trace of choices the events are its choices: without lanes, times, sites
// and causes.

#ifndef ORRERY_REPORT_ENCODE_H_
#define ORRERY_REPORT_ENCODE_H_

#include <string>

#include "orrery/report/report.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns the data of the report on `trace`, not compressed.
std::string EncodeReport(const Trace& trace, const ReportOptions& options);

}  // namespace orrery

#endif  // ORRERY_REPORT_ENCODE_H_
