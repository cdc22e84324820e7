// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the programs of the corpus are built from, so that all of them are cut
// into steps the same way: each access to something shared is a step, each
// spawn is, taking and giving back a lock are, and the end of a task belongs to
// the step before it.

#ifndef ORRERY_TESTS_CORPUS_STEPS_H_
#define ORRERY_TESTS_CORPUS_STEPS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "orrery/base/access.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/before_access.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"

namespace orrery::corpus {

// How finely the programs are cut. A number of schedules to the first bug says
// nothing without it: whoever changes the cut changes this too.
inline constexpr absl::string_view kGranularity =
    "1: a step for each shared access, spawn, lock and unlock; a lock is "
    "handed over to who waits longest, and asking for one that is taken is a "
    "step; the end of a task is none";

// Where bugs that have shown themselves are noted, instead of ending the run:
// published counts of schedules are of programs that go on. Null as a rule.
inline std::vector<std::string>* noted_bugs = nullptr;

// Ends the run as failed: the bug has shown itself. `bug` tells this failure
// from others of the same program.
inline void FailRun(absl::string_view bug,
                    SourceSite site = SourceSite::current()) {
  if (noted_bugs != nullptr) {
    noted_bugs->emplace_back(bug);
    return;
  }
  Simulation::Current("FailRun").Fail(std::string(bug), site);
}

// Gives a mutex back that `guard` holds, as a step of its own.
//   co_await UnlockStep(mutex, guard);
class [[nodiscard]] UnlockStep : public BeforeAccess {
 public:
  UnlockStep(Mutex& mutex, Mutex::Guard& guard)
      : BeforeAccess(mutex, AccessKind::kUnlock), guard_(&guard) {}

  void await_resume() const {
    BeforeAccess::await_resume();
    guard_->Unlock();
  }

 private:
  Mutex::Guard* guard_;
};

// Steps that nobody else can notice. Unlike `Yield` they do not ask the policy
// to let others go first.
class OwnSteps {
 public:
  // One of them.
  Shared<int>::WriteAwaiter Next() { return cell_.Write(0); }

 private:
  Shared<int> cell_{0, "own"};
};

// Tasks that are spawned one a step, and joined in the order of the spawns.
//
//   Crew crew;
//   co_await crew.Turn();
//   crew.Spawn(Withdraw, &account);
//   co_await crew.Turn();
//   crew.Spawn(Deposit, &account);
//   co_await crew.Join();
class Crew {
 public:
  // Comes before each spawn, which makes that a step of its own.
  Shared<int>::WriteAwaiter Turn() { return own_.Next(); }

  template <typename F, typename... Arguments>
  void Spawn(F&& callable, Arguments&&... arguments) {
    tasks_.push_back(orrery::Spawn(std::forward<F>(callable),
                                   std::forward<Arguments>(arguments)...));
  }

  // Waits until all are over.
  Task<> Join() {
    for (const JoinHandle<>& task : tasks_) co_await task;
  }
  // Waits until the task is over that was spawned as number `index`, from 0.
  Task<> JoinOne(size_t index) { co_await tasks_[index]; }

 private:
  OwnSteps own_;
  absl::InlinedVector<JoinHandle<>, 4> tasks_;
};

}  // namespace orrery::corpus

#endif  // ORRERY_TESTS_CORPUS_STEPS_H_
