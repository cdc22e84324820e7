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
//   --orrery_replay_mode=M  ORRERY_REPLAY_MODE  how closely: strict, lenient
//                                               or prefix:N, N choices and then
//                                               on in all ways there are
//   --orrery_trace_dir=DIR  ORRERY_TRACE_DIR    where traces are written
//   --orrery_trace_level=L  ORRERY_TRACE_LEVEL  off, choices or events
//   --orrery_trace_max_mb=N ORRERY_TRACE_MAX_MB how large the events of a trace
//                                               get: then the older ones go
//   --orrery_report=B       ORRERY_REPORT       a page for a browser beside the
//                                               trace of a failing run: on, off
//   --orrery_isolate=B      ORRERY_ISOLATE      a process for each run: yes, no
//   --orrery_keep_going=N   ORRERY_KEEP_GOING   how many failures to collect
//   --orrery_time_budget=T  ORRERY_TIME_BUDGET  no run begins after T: 30s, 5m
//   --orrery_step_budget=N  ORRERY_STEP_BUDGET  no run begins after N steps
//   --orrery_shrink=N       ORRERY_SHRINK       repeat a failing run up to N
//                                               times to make it small, or off;
//                                               with --orrery_replay: that run
//   --orrery_set=LIST       ORRERY_SET          what is fixed of all that runs
//                                               draw for themselves: faults,
//                                               rates, ... (sim/settings.h)
//   --orrery_stats=B        ORRERY_STATS        sum the runs up: yes, no
//   --orrery_allow_escapes=LIST
//                           ORRERY_ALLOW_ESCAPES  what may be called though
//                                               no_escape.h is against it
//   --orrery_swarm_seeds=N  ORRERY_SWARM_SEEDS  each test is run N times, over
//                                               all shards (swarm.h); gives way
//                                               to ORRERY_RUNS
//   --orrery_swarm_scheduler=SPEC
//                           ORRERY_SWARM_SCHEDULER  the policy, if no other is
//                                               asked for
//   --orrery_list_properties=B
//                           ORRERY_LIST_PROPERTIES  list them and run nothing
//   --orrery_check_determinism=M
//                           ORRERY_CHECK_DETERMINISM  which runs are made once
//                                               more: off, sample or all
//   --orrery_break=POINTS   ORRERY_BREAK        where the run stops for a
//                                               debugger: event:N, fail-1, ...
//                                               (traces/stop_point.h)
//   --orrery_verbose_from=POINT
//                           ORRERY_VERBOSE_FROM  event:N or time:T: from there
//                                               on, each event is printed
//   --orrery_resume=FILE    ORRERY_RESUME       go on from what FILE says, and
//                                               keep there how far it came

#ifndef ORRERY_TESTING_TEST_CONFIG_H_
#define ORRERY_TESTING_TEST_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_sink.h"
#include "orrery/sim/settings.h"
#include "orrery/testing/check_determinism.h"
#include "orrery/testing/replay_mode.h"
#include "orrery/traces/format.h"
#include "orrery/traces/stop_point.h"

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
  // None: strict for a trace of this build, and lenient for one of another.
  std::optional<ReplayMode> replay_mode;
  std::string trace_dir;  // never empty
  // kEvents: every run is traced and the traces are kept. kChoices: a run that
  // fails is run again to trace it. kOff: nothing is written.
  TraceLevel trace_level = TraceLevel::kChoices;
  // Write a page for a browser beside the trace of a run that failed.
  bool report = true;
  // What the events in a trace take at most.
  uint64_t trace_max_bytes = kDefaultMaxEventBytes;
  // None: as the test says.
  std::optional<bool> isolate;
  std::optional<int> keep_going;
  std::optional<absl::Duration> time_budget;
  std::optional<uint64_t> step_budget;
  std::optional<CheckDeterminism> check_determinism;
  // Beside what the test allows; a list that `EscapeSet::Parse` has taken.
  TestSetting allow_escapes;
  std::optional<int> swarm_seeds;
  Settings settings;  // empty: nothing is fixed
  TestSetting set;    // where they come from; empty: not asked for
  bool list_properties = false;
  std::optional<uint64_t> shrink;  // 0: off
  bool stats = false;              // print a line about the runs of each test
  TestSetting resume;              // empty: from the beginning
  // They are about one run: if any is set, `runs` is 1, it is made in this
  // process, and nothing is repeated.
  StopSettings stops;
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
