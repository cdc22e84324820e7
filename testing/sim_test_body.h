// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SimTestBody`: one run of a simulated test, as the runner sees it.

#ifndef ORRERY_TESTING_SIM_TEST_BODY_H_
#define ORRERY_TESTING_SIM_TEST_BODY_H_

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

#include "orrery/sim/promise.h"
#include "orrery/sim/task.h"

namespace orrery {

namespace sim_test_internal {
class BodyAwaiter;
}  // namespace sim_test_internal

// The base of the classes that SIM_TEST makes, beside the fixture. What the
// user writes in braces is the body of a member function that returns void. It
// is a coroutine if it awaits something, and an ordinary function if it does
// not, which therefore needs no `co_return` at its end.
//
// Names begin with "Orrery", since the user's own are looked up among them.
class SimTestBody {
 public:
  SimTestBody() = default;
  SimTestBody(const SimTestBody&) = delete;
  SimTestBody& operator=(const SimTestBody&) = delete;
  virtual ~SimTestBody() = default;

  // Sets up, runs the body, and tears down.
  virtual Task<> OrreryRun() = 0;

 protected:
  // Whether what ran so far allows to go on: no fatal assertion has failed
  // (an ASSERT_ in a function that was called), and nothing was skipped.
  bool OrreryMayGoOn() const;

  // Awaits the coroutine that the call of the body has made; nothing if the
  // body was an ordinary function.
  sim_test_internal::BodyAwaiter OrreryFinishBody();
};

// Makes a fresh one, with its fixture.
using MakeSimTestBody = std::unique_ptr<SimTestBody> (*)();

namespace sim_test_internal {

class BodyPromise;

// The coroutine that a call of a body has made, since the call returns nothing.
// It is taken from here at once. (A promise could be told the object whose
// member the coroutine is, but g++ 12 does not tell it.)
inline constinit thread_local std::coroutine_handle<BodyPromise> new_body;

class BodyPromise final : public PromiseBase {
 public:
  // Not in `get_return_object`, which clang 19 does not call if it returns
  // nothing.
  BodyPromise() {
    new_body = std::coroutine_handle<BodyPromise>::from_promise(*this);
  }

  void get_return_object() const {}
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void return_void() const {}
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  // How the body ended.
  End end() const { return error_ == nullptr ? End::kValue : End::kError; }
  const std::exception_ptr& error() const { return error_; }

 private:
  std::exception_ptr error_;
};

// Owns the frame, like the awaiter of a Task.
class [[nodiscard]] BodyAwaiter {
 public:
  explicit BodyAwaiter(std::coroutine_handle<BodyPromise> frame)
      : frame_(frame) {}
  BodyAwaiter(BodyAwaiter&& other) noexcept
      : frame_(std::exchange(other.frame_, nullptr)) {}
  ~BodyAwaiter() {
    if (frame_ && !promise_internal::unwinding) frame_.destroy();
  }

  bool await_ready() const noexcept { return !frame_; }
  template <TaskPromise Awaiting>
  void await_suspend(std::coroutine_handle<Awaiting> awaiting) noexcept {
    frame_.promise().set_continuation(awaiting);
    promise_internal::ResumeNext(frame_);
  }
  void await_resume() const {
    if (frame_ && frame_.promise().end() == End::kError) {
      std::rethrow_exception(frame_.promise().error());
    }
  }

 private:
  std::coroutine_handle<BodyPromise> frame_;
};

}  // namespace sim_test_internal

inline sim_test_internal::BodyAwaiter SimTestBody::OrreryFinishBody() {
  return sim_test_internal::BodyAwaiter(
      std::exchange(sim_test_internal::new_body, nullptr));
}

}  // namespace orrery

// What makes those member functions coroutines.
template <std::derived_from<orrery::SimTestBody> Body>
struct std::coroutine_traits<void, Body&> {
  using promise_type = orrery::sim_test_internal::BodyPromise;
};

#endif  // ORRERY_TESTING_SIM_TEST_BODY_H_
