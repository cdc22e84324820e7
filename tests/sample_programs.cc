// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/sample_programs.h"

#include <functional>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "orrery/examples/programs.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/log.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/shared.h"

namespace orrery {
namespace {

struct Workshop {
  Mutex mutex{"bench"};
  Queue<int> queue{2, "parts"};
  Shared<int> done{0, "done"};
};

Task<> Work(Workshop& shop, int worker) {
  const Random random("work");
  for (int round = 0; round < 5; ++round) {
    const uint64_t what = Choose(4, "next step");
    if (what == 0) {
      const int64_t us = random.Between(1, 50);
      co_await Sleep(absl::Microseconds(us));
    } else if (what == 1) {
      co_await Yield();
    } else if (what == 2) {
      Mutex::Guard guard = co_await shop.mutex.Lock();
      const int seen = co_await shop.done.Read();
      co_await shop.done.Write(seen + 1);
    } else {
      const ChoiceSpan span("exchange");
      co_await shop.queue.Put(worker * 100 + round);
      const int part = co_await shop.queue.Get();
      Log(absl::StrCat("worker ", worker, " has part ", part));
    }
  }
}

Task<> Add(Shared<int>& cell, int amount) {
  const int seen = co_await cell.Read();
  co_await cell.Write(seen + amount);
}

Task<> Race(Task<> (*body)(Shared<int>&, int)) {
  Shared<int> cell(0, "balance");
  JoinHandle<> a = Spawn("a", body, std::ref(cell), 10);
  JoinHandle<> b = Spawn("b", body, std::ref(cell), 5);
  co_await a;
  co_await b;
  if (cell.Peek() != 15) throw std::runtime_error("an update was lost");
}

Task<> AddWithCare(Shared<int>& cell, int amount) {
  co_await cell.Read();
  co_await Add(cell, amount);
}

Task<> AddAndTell(Shared<int>& cell, int amount) {
  Log(absl::StrCat("adding ", amount));
  co_await Add(cell, amount);
}

}  // namespace

Task<> MixedProgram() {
  Workshop shop;
  std::vector<JoinHandle<>> workers;
  for (int i = 0; i < 10; ++i) {
    const std::string name = absl::StrCat("worker", i);
    workers.push_back(Spawn(name, Work, std::ref(shop), i));
  }
  for (JoinHandle<>& worker : workers) co_await worker;
}

Task<> RacyProgram() { co_await Race(Add); }
Task<> EditedRacyProgram() { co_await Race(AddWithCare); }
Task<> TalkativeRacyProgram() { co_await Race(AddAndTell); }

std::vector<SampleProgram> SamplePrograms() {
  std::vector<SampleProgram> programs;
  for (const TutorialProgram& program : TutorialPrograms()) {
    programs.push_back({program.name, program.main});
  }
  programs.push_back({"mixed", MixedProgram});
  return programs;
}

RunResult RunRecorded(Task<> (*main)(), Scheduler& scheduler, Seed seed,
                      TraceLevel level, TraceWriter& writer) {
  TraceHeader header;
  header.level = level;
  header.suite = "Samples";
  header.test = "Program";
  header.seed = seed;
  header.scheduler = scheduler.Spec();
  header.ordered = scheduler.traits().orders;
  writer.Begin(header);
  return Simulation({.seed = seed, .scheduler = &scheduler, .trace = &writer})
      .Run(main);
}

Digest DigestOfRuns(Task<> (*main)(), uint64_t seeds) {
  Digest digest;
  RandomScheduler scheduler;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &scheduler}).Run(main);
    digest.Mix(static_cast<uint64_t>(result.outcome));
    digest.Mix(result.steps);
    digest.Mix(result.digests.schedule.value());
    digest.Mix(result.digests.data.value());
  }
  return digest;
}

}  // namespace orrery
