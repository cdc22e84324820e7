// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/shrink_replay.h"

#include <signal.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/explorer/shrink_options.h"
#include "orrery/testing/shrink_test_run.h"
#include "orrery/testing/test_config.h"
#include "orrery/testing/test_program.h"

namespace orrery {
namespace {

volatile sig_atomic_t interrupted = 0;

// Notes a Ctrl-C, and lets nobody die of it: neither this process nor that of
// the run that goes on just now.
class InterruptWatch {
 public:
  InterruptWatch() {
    interrupted = 0;
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupted = 1; };
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, &before_);
  }
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  ~InterruptWatch() { ::sigaction(SIGINT, &before_, nullptr); }

 private:
  struct sigaction before_ = {};
};

}  // namespace

void ShrinkReplay(const CurrentTest& test, MakeSimTestBody make_body,
                  const Trace& trace) {
  const TestConfig& config = test.config();
  TestProgram program(test, make_body, /*isolated=*/true);
  const RunId id = {.seed = trace.header.seed,
                    .index = trace.header.run,
                    .policy = trace.header.scheduler};
  FailingRun failing;
  failing.seed = id.seed;
  failing.index = id.index;
  failing.schedule = trace.schedule;
  failing.schedule.ordered = trace.header.ordered;
  ShrinkOptions options;
  if (config.shrink.has_value()) options.max_replays = *config.shrink;
  const InterruptWatch watch;
  options.stop = [] { return interrupted != 0; };
  const absl::StatusOr<std::vector<std::string>> lines = ShrinkTestRun(
      program, id, failing, options, ShrunkTracePath(config.replay.value));
  if (!lines.ok()) {
    test.Fail(
        absl::StrCat(config.replay.source, ": ", lines.status().message()));
    return;
  }
  for (const std::string& line : *lines) {
    std::printf("[  ORRERY  ] %s\n", line.c_str());
  }
  std::fflush(stdout);
}

}  // namespace orrery
