// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/corpus/corpus.h"

#include <array>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"

namespace orrery::corpus {
namespace {

template <auto kProgram, Version kVersion, auto... kArguments>
Task<> Run() {
  return kProgram(kVersion, kArguments...);
}

template <auto kProgram, auto... kArguments>
constexpr Program Entry(const char* name, Outcome failure) {
  return {.name = name,
          .failure = failure,
          .buggy = &Run<kProgram, Version::kBuggy, kArguments...>,
          .fixed = &Run<kProgram, Version::kFixed, kArguments...>};
}

template <auto kProgram, auto... kArguments>
constexpr Program Large(const char* name, Outcome failure) {
  Program program = Entry<kProgram, kArguments...>(name, failure);
  program.large = true;
  return program;
}

constexpr Program Control(const char* name, Task<> (*run)()) {
  return {
      .name = name, .failure = Outcome::kCompleted, .buggy = run, .fixed = run};
}

constexpr BufferShape kTwoReaders{
    .readers = 2, .writers = 1, .items = 10, .capacity = 1};
constexpr BufferShape kOneReader{
    .readers = 1, .writers = 1, .items = 10, .capacity = 1};

constexpr std::array kPrograms{
    Entry<Account>("account", Outcome::kFailed),
    Entry<Lazy>("lazy01", Outcome::kFailed),
    Entry<Bluetooth>("bluetooth", Outcome::kFailed),
    Entry<OppositeLocks>("deadlock01", Outcome::kDeadlock),
    Entry<Dining, 3>("dining_3", Outcome::kDeadlock),
    Entry<Dining, 5>("dining_5", Outcome::kDeadlock),
    Entry<Dining, 7>("dining_7", Outcome::kDeadlock),
    Entry<Reorder, 2, 1>("reorder_3", Outcome::kFailed),
    Entry<Reorder, 3, 1>("reorder_4", Outcome::kFailed),
    Entry<Reorder, 4, 1>("reorder_5", Outcome::kFailed),
    Entry<Reorder, 9, 1>("reorder_10", Outcome::kFailed),
    Entry<Reorder, 10, 10>("reorder_20", Outcome::kFailed),
    Large<Reorder, 49, 1>("reorder_50", Outcome::kFailed),
    Large<Reorder, 99, 1>("reorder_100", Outcome::kFailed),
    Entry<TwoStage, 1>("twostage_2", Outcome::kFailed),
    Entry<TwoStage, 5>("twostage_6", Outcome::kFailed),
    Large<TwoStage, 19>("twostage_20", Outcome::kFailed),
    Large<TwoStage, 49>("twostage_50", Outcome::kFailed),
    Large<TwoStage, 99>("twostage_100", Outcome::kFailed),
    Entry<WrongLock, 1>("wronglock_1", Outcome::kFailed),
    Entry<WrongLock, 3>("wronglock_3", Outcome::kFailed),
    Entry<WrongLock, 7>("wronglock_7", Outcome::kFailed),
    Entry<LostUpdate, 2>("lost_update_2", Outcome::kFailed),
    Entry<LostUpdate, 5>("lost_update_5", Outcome::kFailed),
    Entry<StringBuffer>("stringbuffer", Outcome::kFailed),
    Entry<BoundedBuffer, kTwoReaders>("bounded_buffer", Outcome::kDeadlock),
    Entry<AnyBoundedBuffer>("bounded_buffer_any", Outcome::kDeadlock),
    Entry<Figure5>("fig5", Outcome::kFailed),
    Entry<Figure1b, 5>("fig1b_5", Outcome::kFailed),
    Entry<Figure1b, 20>("fig1b_20", Outcome::kFailed),
    Entry<Uneven>("uneven_1v25", Outcome::kFailed),
    Entry<GuardAcrossAwait>("guard_across_await", Outcome::kDeadlock),
    Entry<LostWakeup>("lost_wakeup", Outcome::kDeadlock),
    Entry<RaftRepeatedRequests>("raft_repeated", Outcome::kFailed),
    Entry<RaftDuplicatedMessages>("raft_duplicated", Outcome::kFailed),
    Entry<ReplicatingStorage>("replicating_storage", Outcome::kFailed),
    Entry<Chord>("chord", Outcome::kFailed),
    Entry<FailureDetector>("failure_detector", Outcome::kFailed),
    Entry<ChainReplication>("chain_replication", Outcome::kFailed),
    Entry<AccountManager>("account_manager", Outcome::kFailed),
    Entry<SendInterleavings>("send_interleavings", Outcome::kFailed),
    Control("bounded_buffer_1x1",
            &Run<BoundedBuffer, Version::kBuggy, kOneReader>),
    Control("toy_252", [] { return DoublingToy(nullptr); }),
    Control("lastzero_5", [] { return LastZero(5); }),
    Control("readers_5", [] { return Readers(5); }),
};

}  // namespace

absl::Span<const Program> Programs() { return kPrograms; }

const Program* FindProgram(absl::string_view name) {
  for (const Program& program : kPrograms) {
    if (name == program.name) return &program;
  }
  return nullptr;
}

}  // namespace orrery::corpus
