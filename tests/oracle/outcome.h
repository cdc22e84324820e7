// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What operations of the oracle's programs end in, and how the log says it.

#ifndef ORRERY_TESTS_ORACLE_OUTCOME_H_
#define ORRERY_TESTS_ORACLE_OUTCOME_H_

#include <exception>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/sim/future.h"
#include "orrery/sim/join_handle.h"
#include "orrery/tests/oracle/program.pb.h"

namespace orrery::oracle {

// How an operation has ended that threw nothing. Constructors, since g++ 12
// destroys aggregates twice that stand beside a `co_await`.
class OpOutcome {
 public:
  OpOutcome() : text_("ok") {}
  explicit OpOutcome(int number) : text_(absl::StrCat(number)) {}
  explicit OpOutcome(std::string text) : text_(std::move(text)) {}

  // `return_value` was met: the body is to be left with `value`.
  static OpOutcome Return(int value) {
    OpOutcome outcome(absl::StrCat("return ", value));
    outcome.returns_ = true;
    outcome.value_ = value;
    return outcome;
  }

  const std::string& text() const { return text_; }
  bool returns() const { return returns_; }
  // The result of a body that is left with this.
  int value() const { return value_; }

 private:
  std::string text_;
  bool returns_ = false;
  int value_ = 0;
};

// Throws what `raise_error` raises.
[[noreturn]] void Raise(Error error);
std::exception_ptr MakeError(Error error);

// Returns "A", "timeout", "group[A, cancelled]".
std::string TextOf(const std::exception_ptr& error);
// Whether `try_catch` of this kind catches it.
bool Catches(Op::TryCatch::Kind kind, const std::exception_ptr& error);

// Returns how a task or a future has ended, or "pending".
std::string EndOf(const JoinHandle<int>& task);
std::string EndOf(const Future<int>& future);

}  // namespace orrery::oracle

#endif  // ORRERY_TESTS_ORACLE_OUTCOME_H_
