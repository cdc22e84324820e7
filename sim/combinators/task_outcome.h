// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TaskOutcome<T>`: how a task or a future has ended: with a value, with an
// error, or cancelled. What a combinator returns that does not throw.

#ifndef ORRERY_SIM_COMBINATORS_TASK_OUTCOME_H_
#define ORRERY_SIM_COMBINATORS_TASK_OUTCOME_H_

#include <exception>
#include <utility>
#include <variant>

#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/completion.h"

namespace orrery {

// `T` may be void; then the value is std::monostate.
template <typename T = void>
class TaskOutcome {
 public:
  using Value = combinators_internal::Value<T>;

  // It was cancelled.
  TaskOutcome() : how_(std::in_place_index<2>) {}
  explicit TaskOutcome(Value value)
      : how_(std::in_place_index<0>, std::move(value)) {}
  // `error` is not null.
  explicit TaskOutcome(std::exception_ptr error)
      : how_(std::in_place_index<1>, std::move(error)) {}

  // Exactly one of these three is true.
  bool ok() const { return how_.index() == 0; }
  bool failed() const { return how_.index() == 1; }
  bool cancelled() const { return how_.index() == 2; }

  // Returns the value; throws the error, or `Cancelled`.
  const Value& value() const& {
    ThrowUnlessOk();
    return std::get<0>(how_);
  }
  Value&& value() && {
    ThrowUnlessOk();
    return std::get<0>(std::move(how_));
  }
  // Returns the error; null unless it failed.
  std::exception_ptr error() const {
    return failed() ? std::get<1>(how_) : nullptr;
  }

 private:
  void ThrowUnlessOk() const {
    if (failed()) std::rethrow_exception(std::get<1>(how_));
    if (cancelled()) throw Cancelled();
  }

  std::variant<Value, std::exception_ptr, std::monostate> how_;
};

namespace combinators_internal {

// Returns how `ended` has ended. An error counts as seen. See `TakeValue`.
template <typename A>
TaskOutcome<ResultOf<A>> TakeOutcome(const HandleOf<A>& ended) {
  using Outcome = TaskOutcome<ResultOf<A>>;
  Completion& completion = CompletionOf(ended);
  if (completion.end == End::kCancelled) return Outcome();
  if (completion.end == End::kError) return Outcome(ErrorOf(completion));
  return Outcome(TakeValue<A>(ended));
}

}  // namespace combinators_internal

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_TASK_OUTCOME_H_
