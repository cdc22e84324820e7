// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs a small program of the corpus again and again, to be counted under
// callgrind by bench/instructions.py: what a schedule costs in which nearly
// nothing happens, with all that a campaign does about it.

#include <cstdint>
#include <cstdio>
#include <memory>

#include "absl/status/statusor.h"
#include "orrery/base/check.h"
#include "orrery/base/seed.h"
#include "orrery/explorer/campaign.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/corpus_run.h"

namespace {

constexpr uint64_t kSchedules = 2'000;

}  // namespace

extern "C" [[gnu::noinline]] void orrery_counted(const orrery::RunFunction& run,
                                                 orrery::Scheduler& scheduler) {
  orrery::CampaignOptions options;
  options.runs = kSchedules;
  options.max_failures = kSchedules + 1;
  orrery::RunCampaign(run, scheduler, options);
}

int main() {
#ifdef __clang__
  std::puts("clang");
#else
  std::puts("gcc");
#endif
  const orrery::corpus::Program* program =
      orrery::corpus::FindProgram("deadlock01");
  ORRERY_CHECK(program != nullptr, "the corpus has no deadlock01");
  struct Variant {
    const char* name;
    orrery::RunFunction run;
  };
  const Variant variants[] = {
      {"deadlock01", orrery::corpus::RunOf(program->buggy)},
      {"deadlock01_fixed", orrery::corpus::RunOf(program->fixed)},
  };
  for (const Variant& variant : variants) {
    for (const char* spec : {"random", "pct:depth=3", "pos", "urw", "surw"}) {
      const auto scheduler = orrery::MakeScheduler(spec, orrery::Seed(1));
      ORRERY_CHECK(scheduler.ok(), scheduler.status().message());
      orrery_counted(variant.run, **scheduler);
      std::printf("%s schedule %s %llu\n", variant.name, spec,
                  static_cast<unsigned long long>(kSchedules));
    }
  }
  return 0;
}
