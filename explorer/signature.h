// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What identifies a failure among others. Two runs have failed in the same way
// if their signatures are equal: campaigns collect failures by it, and
// shrinking keeps it.
//
// A signature has the kind of failure and where it happened, and nothing that
// differs between runs which fail alike: no values, no simulated times, no
// numbers of tasks, no addresses.

#ifndef ORRERY_EXPLORER_SIGNATURE_H_
#define ORRERY_EXPLORER_SIGNATURE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/sim/run_result.h"

namespace orrery {

// An assertion that failed, in the order in which they did.
struct FailedAssertion {
  absl::string_view file;  // empty: not known
  int line = 0;
  absl::string_view message;
};

// Returns the signature of a run that has failed; "" of one that has not. One
// line, made to be compared and, if need be, read:
//
//   an assertion  "assertion bank_test.cc:41": the first that failed. Those
//                 after it may be its consequences.
//   a deadlock    "deadlock Anna waits for Mutex "b" at x.cc:7 Dine; Ben ...":
//                 the tasks that wait for each other, sorted. Without such a
//                 circle, all but those that only wait for others to end.
//   an exception  "failed client: uncaught exception: disk # is full"
//   a property    "Always "the total is 300"": its name
//   a limit       "step limit"
//
// An assertion goes before what the run itself says, unless the run has come to
// a deadlock or a limit, which then is part of the signature too.
std::string SignatureOf(const RunResult& result,
                        absl::Span<const FailedAssertion> assertions = {});

// Returns the signature of a run whose process has died: of what ("SIGSEGV",
// "exit code 7"), and what its last words say about the place. `last_words` is
// the end of what it wrote to standard error.
std::string SignatureOfDeath(absl::string_view of,
                             absl::string_view last_words);

// Returns `text` with "#" in the place of each number.
std::string WithoutNumbers(absl::string_view text);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SIGNATURE_H_
