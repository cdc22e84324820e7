// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/setup.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/scheduler/make_scheduler.h"

namespace orrery {
namespace {

constexpr Seed kSeed(42);

}  // namespace

Setup::Setup(absl::string_view scheduler, TraceLevel level) : level_(level) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(scheduler, kSeed);
  ORRERY_CHECK(made.ok(), made.status().message());
  scheduler_ = *std::move(made);
}

SimulationOptions Setup::Begin() {
  if (level_ != TraceLevel::kOff) {
    TraceHeader header;
    header.level = level_;
    header.suite = "Bench";
    header.test = "Workload";
    header.seed = kSeed;
    header.ordered = scheduler_->traits().orders;
    writer_.Begin(header);
  }
  SimulationOptions options;
  options.seed = kSeed;
  options.scheduler = scheduler_.get();
  if (level_ != TraceLevel::kOff) options.trace = &writer_;
  return options;
}

void Setup::End(const RunResult& result) {
  ORRERY_CHECK(result.ok(), FormatRunResult(result));
  // A test that passes throws its choices away.
  if (level_ != TraceLevel::kEvents) return;
  TraceFooter footer;
  footer.outcome = result.outcome;
  footer.steps = result.steps;
  footer.digests = result.digests;
  const absl::Status status = writer_.Finish(footer);
  ORRERY_CHECK(status.ok(), status.message());
}

std::string Setup::Name() const {
  switch (level_) {
    case TraceLevel::kOff:
      return scheduler_->Spec();
    case TraceLevel::kChoices:
      return absl::StrCat(scheduler_->Spec(), "+choices");
    case TraceLevel::kEvents:
      return absl::StrCat(scheduler_->Spec(), "+events");
  }
  return "";
}

std::vector<std::unique_ptr<Setup>> Setups() {
  std::vector<std::unique_ptr<Setup>> setups;
  setups.push_back(std::make_unique<Setup>("fifo", TraceLevel::kOff));
  setups.push_back(std::make_unique<Setup>("random", TraceLevel::kChoices));
  setups.push_back(std::make_unique<Setup>("random", TraceLevel::kEvents));
  return setups;
}

}  // namespace orrery
