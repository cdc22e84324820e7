// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SIM_FUZZ`: a simulated test that a fuzzer drives. The fuzzer's bytes are the
// choices of a run: who runs next, and every draw. It keeps the bytes that have
// brought the program to new places, and changes them a little: so it finds
// what takes many choices that are each right, if the program's branches tell
// how far they have come.
//
//   SIM_FUZZ(Lock, NobodyGuessesTheCode) {
//     if (Choose(256, "first wheel") != 17) co_return;
//     if (Choose(256, "second wheel") != 42) co_return;
//     Unreachable("the lock is open");
//   }
//
// It is also an ordinary test, which a SIM_TEST of that name would be, with the
// same options. So a file of SIM_FUZZ is linked in two ways, and the macro
// `orrery_fuzz_test` of build_defs/fuzz.bzl declares both:
//
//   NAME         with libFuzzer, which is part of clang; no other compiler
//                builds it
//   NAME_replay  with `gtest_main`. It repeats a run that the fuzzer has found,
//                with all that a failing test reports:
//                  NAME_replay --orrery_scheduler=bytes:FILE
//
// docs/scaling.md tells more.

#ifndef ORRERY_TESTING_SIM_FUZZ_H_
#define ORRERY_TESTING_SIM_FUZZ_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "orrery/testing/sim_test.h"
#include "orrery/testing/sim_test_body.h"
#include "orrery/testing/sim_test_options.h"

namespace orrery {

// A test for fuzzers.
struct FuzzTarget {
  std::string name;  // "Lock.NobodyGuessesTheCode"
  SimTestOptions (*options)() = nullptr;
  MakeSimTestBody make_body = nullptr;
};

// Adds a target to those of this program. Called before `main`, by SIM_FUZZ.
bool RegisterFuzzTarget(FuzzTarget target);

// What came of a run with given bytes as its choices.
struct FuzzedRun {
  std::string report;  // what is to be told of its failure; empty: it has none
  uint64_t used = 0;   // how many bytes it has asked for
};

// Runs `target` with these bytes. `file` is where they are found, for the
// commands in the report; it is not read.
FuzzedRun FuzzOnce(const FuzzTarget& target, absl::Span<const uint8_t> bytes,
                   const std::string& file);

}  // namespace orrery

#define SIM_FUZZ(suite, name, ...)                                        \
  ORRERY_SIM_TEST_BODY_(suite, name, ::orrery::SimTest, __VA_ARGS__)      \
  [[maybe_unused]] static const bool suite##_##name##_registered =        \
      ::orrery::sim_test_internal::Register<                              \
          ::orrery::SimTest, ORRERY_SIM_TEST_CLASS_(suite, name)>(        \
          #suite, #name, __FILE__, __LINE__) &&                           \
      ::orrery::RegisterFuzzTarget(                                       \
          {#suite "." #name,                                              \
           &ORRERY_SIM_TEST_CLASS_(suite, name)::OrreryOptions,           \
           &::orrery::sim_test_internal::MakeBody<ORRERY_SIM_TEST_CLASS_( \
               suite, name)>});                                           \
  void ORRERY_SIM_TEST_CLASS_(suite, name)::OrreryBody()

#endif  // ORRERY_TESTING_SIM_FUZZ_H_
