// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the functions that stand in for the C library's have in common: they ask
// whether a call leaves a simulation, find the function that was meant, and
// give answers that are the same in each run.

#ifndef ORRERY_TESTING_CAUGHT_ESCAPE_H_
#define ORRERY_TESTING_CAUGHT_ESCAPE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace escape_internal {

bool IsCaught(Simulation& simulation, const char* name, const char* file,
              const void* caller);

// Returns the function that `symbol` would stand for without this library;
// stops the process if there is none.
void* FindReal(const char* symbol);

}  // namespace escape_internal

// Whether the call of `name`, which is known to escapes.h, is made within a
// step of a simulation and not allowed. It fails the run then, and the function
// gives an answer of its own. `file`: what is being opened, if anything is.
// `caller` is where the function returns to that calls this.
inline bool IsEscape(const char* name, const char* file = nullptr,
                     const void* caller = __builtin_return_address(0)) {
  Simulation* simulation = Simulation::CurrentOrNull();
  return simulation != nullptr &&
         escape_internal::IsCaught(*simulation, name, file, caller);
}

// The function that was meant, looked up when it is first called: the C
// library's, or a sanitizer's, which goes on to that one.
template <typename Function>
class RealFunction {
 public:
  // `sanitizers` is null in programs without a sanitizer.
  constexpr RealFunction(const char* symbol, Function* sanitizers)
      : symbol_(symbol), sanitizers_(sanitizers) {}

  template <typename... Arguments>
  auto operator()(Arguments... arguments) {
    return get()(arguments...);
  }

  Function* get() {
    Function* function = found_.load(std::memory_order_relaxed);
    if (function == nullptr) {
      function =
          sanitizers_ != nullptr
              ? sanitizers_
              : reinterpret_cast<Function*>(escape_internal::FindReal(symbol_));
      found_.store(function, std::memory_order_relaxed);
    }
    return function;
  }

 private:
  const char* symbol_;
  Function* sanitizers_;
  std::atomic<Function*> found_ = nullptr;
};

// ---- Answers ----------------------------------------------------------------
//
// Of a call that was caught. The run has failed, but its step goes on, and
// might wait in a loop for a clock to move or for a number that it likes.

// Returns the simulated time, a millisecond later at each call.
SimTime AnswerTime();
// Has later answers be later by this much.
void AnswerSleep(int64_t nanoseconds);
// Fills `bytes` with numbers that are the same in each run.
void AnswerBytes(void* bytes, size_t size);
uint64_t AnswerNumber();

}  // namespace orrery

// ORRERY_CATCH(int, clock_gettime, clockid_t clock, timespec* time) { ... }
//
// Defines the C library's function of that name once more. The program's own
// definition is found before the library's by all that is linked into it, and
// by the shared libraries that it loads. Within the braces,
// `real_clock_gettime` is the function that was meant.
//
// The compiler knows it by another name: headers declare many of these with
// attributes, or as macros, that differ from library to library. A sanitizer
// with definitions of its own gives way to ours, and offers the original as
// __interceptor_NAME.
#define ORRERY_CATCH(Result, name, ...) \
  ORRERY_CATCH_(Result, name, used, __VA_ARGS__)

// The same, but another definition goes before ours.
#define ORRERY_CATCH_WEAK(Result, name, ...) \
  ORRERY_CATCH_(Result, name, weak, __VA_ARGS__)

#define ORRERY_CATCH_(Result, name, how, ...)                                 \
  extern "C" __attribute__((weak)) Result __interceptor_##name(__VA_ARGS__);  \
  [[maybe_unused]] static constinit ::orrery::RealFunction<Result(            \
      __VA_ARGS__)> real_##name(#name, &__interceptor_##name);                \
  extern "C"                                                                  \
      __attribute__((visibility("default"), how)) Result OrreryCaught_##name( \
          __VA_ARGS__) __asm__(#name);                                        \
  Result OrreryCaught_##name(__VA_ARGS__)

#endif  // ORRERY_TESTING_CAUGHT_ESCAPE_H_
