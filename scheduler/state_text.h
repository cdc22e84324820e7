// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StateReader`: takes apart what a policy's `SaveState` has put together with
// `AppendState`: words and numbers with a space between, which a person can
// read and a torn or foreign text does not pass for.

#ifndef ORRERY_SCHEDULER_STATE_TEXT_H_
#define ORRERY_SCHEDULER_STATE_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace orrery {

// Appends one word or number.
template <typename T>
void AppendState(std::string* state, const T& item) {
  absl::StrAppend(state, state->empty() ? "" : " ", item);
}

// Reads a text from its beginning. After a first failure all else fails.
class StateReader {
 public:
  explicit StateReader(absl::string_view text) : rest_(text) {}

  // Takes the next item if it is `word`. Returns whether it was.
  bool Word(absl::string_view word) { return Next() == word || Fail(); }

  // Takes the next item as a number that is at most `max`. Returns whether it
  // was one.
  bool Number(uint64_t* number, uint64_t max = ~uint64_t{0}) {
    const absl::string_view item = Next();
    // Only what `AppendState` writes: no sign, no leading zero.
    const bool plain = !item.empty() && item[0] >= '0' && item[0] <= '9' &&
                       (item.size() == 1 || item[0] != '0');
    return (plain && absl::SimpleAtoi(item, number) && *number <= max) ||
           Fail();
  }

  // The same for an enumeration or a truth value, whose last one is `last`.
  template <typename T>
  bool Value(T* value, T last) {
    uint64_t number = 0;
    if (!Number(&number, static_cast<uint64_t>(last))) return false;
    *value = static_cast<T>(number);
    return true;
  }

  // Whether all was read, and nothing failed.
  bool AtEnd() const { return rest_.empty() && !failed_; }

 private:
  absl::string_view Next() {
    const size_t space = rest_.find(' ');
    const absl::string_view item = rest_.substr(0, space);
    rest_ = space == absl::string_view::npos ? absl::string_view()
                                             : rest_.substr(space + 1);
    return item;
  }
  bool Fail() {
    failed_ = true;
    rest_ = absl::string_view();
    return false;
  }

  absl::string_view rest_;
  bool failed_ = false;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_STATE_TEXT_H_
