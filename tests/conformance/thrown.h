// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ErrorsThrownBy`: what a task that ends with an ExceptionGroup has thrown, as
// words that a test can compare.

#ifndef ORRERY_TESTS_CONFORMANCE_THROWN_H_
#define ORRERY_TESTS_CONFORMANCE_THROWN_H_

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/sim/combinators/exception_group.h"
#include "orrery/sim/task.h"

namespace orrery {

// An error that is not derived from std::exception.
struct OddError {
  explicit OddError(const char* t) : text(t) {}

  std::string text;
};

// Returns what each error of `group` says, in order; for a group within it,
// what those say: "[boom, boom]".
inline std::vector<std::string> WordsOf(const ExceptionGroup& group) {
  std::vector<std::string> words;
  for (const std::exception_ptr& error : group.errors()) {
    try {
      std::rethrow_exception(error);
    } catch (const ExceptionGroup& inner) {
      std::string list;
      for (const std::string& word : WordsOf(inner)) {
        list += (list.empty() ? "" : ", ") + word;
      }
      words.push_back("[" + list + "]");
    } catch (const std::exception& other) {
      words.push_back(other.what());
    } catch (const OddError& other) {
      words.push_back(other.text);
    }
  }
  return words;
}

// Awaits `awaitable`, a task or a handle of one, and returns the words of the
// ExceptionGroup that it throws. Anything else is a failure.
template <typename Awaitable>
Task<std::vector<std::string>> ErrorsThrownBy(Awaitable awaitable) {
  try {
    co_await std::move(awaitable);
  } catch (const ExceptionGroup& group) {
    co_return WordsOf(group);
  }
  ADD_FAILURE() << "no ExceptionGroup was thrown";
  co_return std::vector<std::string>();
}

}  // namespace orrery

#endif  // ORRERY_TESTS_CONFORMANCE_THROWN_H_
