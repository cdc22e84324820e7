// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TestConfig`: what the command line and the environment ask of simulated
// tests. Each flag has a twin in the environment, for `bazel test --test_env`;
// the flag goes first. An empty value is as good as none.
//
//   --orrery_seed=N         ORRERY_SEED         the first run has this seed
//   --orrery_runs=N         ORRERY_RUNS         how often each test is run
//   --orrery_scheduler=SPEC ORRERY_SCHEDULER    the policy
//   --orrery_replay=FILE    ORRERY_REPLAY       repeat the run in this trace
//   --orrery_trace_dir=DIR  ORRERY_TRACE_DIR    where traces are written
//   --orrery_trace_level=L  ORRERY_TRACE_LEVEL  off, choices or events

#ifndef ORRERY_TESTING_TEST_CONFIG_H_
#define ORRERY_TESTING_TEST_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_sink.h"

namespace orrery {

// What was asked for, and where, as it was written: "ORRERY_RUNS=3". Empty: it
// was not.
struct TestSetting {
  std::string value;
  std::string source;
};

struct TestConfig {
  Seed seed = Seed(1);
  std::optional<int> runs;  // none: as the test says
  TestSetting scheduler;    // empty: as the test says
  TestSetting replay;       // empty: none
  std::string trace_dir;    // never empty
  // kEvents: every run is traced and the traces are kept. kChoices: a run that
  // fails is run again to trace it. kOff: nothing is written.
  TraceLevel trace_level = TraceLevel::kChoices;
};

// Returns what was asked for; read once per process.
//
// Errors:
//   kInvalidArgument  a value that is not of the form above, or a flag that
//                     begins with --orrery_ and is not one of them; the message
//                     names the flag or variable, the value, and what is
//                     expected
const absl::StatusOr<TestConfig>& GetTestConfig();

// Returns the words of this process's command line.
const std::vector<std::string>& CommandLine();

// Returns those words that are neither flags of GoogleTest's nor ours, without
// the first one: what the test program itself was told.
std::vector<std::string> OtherArguments();

}  // namespace orrery

#endif  // ORRERY_TESTING_TEST_CONFIG_H_
