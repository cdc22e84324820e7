// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// For the tests of combinators: what has happened, word by word.

#ifndef ORRERY_SIM_COMBINATORS_TEST_WORDS_H_
#define ORRERY_SIM_COMBINATORS_TEST_WORDS_H_

#include <exception>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

inline constexpr absl::Duration kSecond = absl::Seconds(1);

using Words = std::vector<std::string>;

// Runs `body(&words)`, which must not fail. Returns the words.
inline Words RunAndNote(Task<> (*body)(Words*)) {
  Words words;
  const RunResult result = Simulation().Run(body, &words);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  return words;
}

// Adds how `task` has ended: the number it returned or "returned", "timed out",
// "cancelled", or what its error says.
template <typename T>
Task<> Note(Task<T> task, Words* words) {
  std::string word = "returned";
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      const T value = co_await std::move(task);
      word = absl::StrCat(value);
    }
  } catch (const TimeoutError&) {
    word = "timed out";
  } catch (const Cancelled&) {
    word = "cancelled";
  } catch (const std::exception& error) {
    word = error.what();
  }
  words->push_back(word);
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_TEST_WORDS_H_
