// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Future<T>` and `Promise<T>`: a value that somebody will provide. asyncio's
// Future is both; here who provides the value holds the promise.
//
//   Promise<int> promise;
//   Spawn("answer", Compute, promise);
//   int answer = co_await promise.GetFuture();

#ifndef ORRERY_SIM_FUTURE_H_
#define ORRERY_SIM_FUTURE_H_

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/future_state.h"
#include "orrery/sim/post.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/simulation.h"

namespace orrery {

template <typename T>
class Promise;

namespace future_internal {

template <typename T>
using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <typename T>
struct State : FutureState {
  State(absl::string_view name, const SourceSite& site)
      : FutureState("Future", name, site) {}

  std::optional<Value<T>> value;
  uint32_t references = 0;
};

// Fails the run for an error of `state` that nobody has seen.
void ReportUnseen(const FutureState& state);
// Throws InvalidStateError: `asked` was called on `state`, which is `how`.
[[noreturn]] void FailState(const FutureState& state, const char* asked,
                            const char* how);
PostHandle AddDoneCallback(FutureState& state,
                           absl::AnyInvocable<void() &&> callback,
                           const SourceSite& site);

// Shared by all futures and promises of one value.
template <typename T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(State<T>* state) : state_(state) { ++state_->references; }
  Ref(const Ref& other) : state_(other.state_) {
    if (state_ != nullptr) ++state_->references;
  }
  Ref(Ref&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Ref() {
    if (state_ == nullptr || --state_->references != 0) return;
    if (state_->end == End::kError && !state_->retrieved) ReportUnseen(*state_);
    delete state_;
  }

  State<T>* get() const { return state_; }
  State<T>* operator->() const {
    ORRERY_CHECK(state_ != nullptr,
                 "a Future or Promise is used that is empty");
    return state_;
  }

 private:
  State<T>* state_ = nullptr;
};

}  // namespace future_internal

// The side that waits. Copied freely; may be awaited by several tasks, and
// again. Awaiting one that is over does not suspend. An error that nobody has
// seen when the last future and promise are gone fails the run.
template <typename T = void>
class Future {
  template <bool kMoves>
  class Awaiter;

 public:
  Future() = default;  // empty

  explicit operator bool() const { return state_.get() != nullptr; }

  // Waits until it is over. Gives a const reference to the value for a future
  // that stays, the value itself for one that is moved in; throws the error, or
  // `Cancelled`.
  Awaiter<false> operator co_await() const& { return Awaiter<false>(state_); }
  Awaiter<true> operator co_await() && {
    return Awaiter<true>(std::move(state_));
  }

  // Ends it as cancelled: whoever waits for it is thrown `Cancelled`. Returns
  // false if it is over.
  bool Cancel() const {
    return Simulation::Current("Future::Cancel").Cancel(*state());
  }
  bool Done() const { return state_->AskDone(); }
  bool Cancelled() const { return state_->end == End::kCancelled; }
  // Returns the value, or throws what it ended with. Throws InvalidStateError
  // if it is not over.
  decltype(auto) Result() const {
    FutureState* ended = Ended("Result()");
    ended->Seen();
    if constexpr (!std::is_void_v<T>) return std::as_const(*state_->value);
  }
  // Returns the error; null if it ended with a value. Throws InvalidStateError
  // if it is not over, `Cancelled` if it was cancelled.
  std::exception_ptr Exception() const {
    FutureState* ended = Ended("Exception()");
    ended->retrieved = true;
    if (ended->end == End::kCancelled) promise_internal::ThrowCancelled();
    return ended->error;
  }
  // Calls `callback`, as a step of its own, when it is over; if it is, at once,
  // behind everything that is ready. Callbacks and tasks that wait come in the
  // order in which they were added. The handle can take it back.
  PostHandle AddDoneCallback(absl::AnyInvocable<void() &&> callback,
                             SourceSite site = SourceSite::current()) const {
    return future_internal::AddDoneCallback(*state(), std::move(callback),
                                            site);
  }
  // Returns "Future \"name\"", or "Future#3".
  std::string ToString() const { return state_->ToString(); }

  // For the engine. The future must not be empty.
  FutureState* state() const { return state_.operator->(); }

 private:
  friend Promise<T>;
  using Ref = future_internal::Ref<T>;

  template <bool kMoves>
  class Awaiter {
   public:
    explicit Awaiter(Ref state)
        : state_(std::move(state)),
          waiter_(state_.operator->(), WaitKind::kFuture) {}
    bool await_ready() const { return waiter_.await_ready(); }
    template <TaskPromise Awaiting>
    void await_suspend(std::coroutine_handle<Awaiting> frame) const {
      waiter_.await_suspend(frame);
    }
    decltype(auto) await_resume() const {
      waiter_.await_resume();
      if constexpr (!std::is_void_v<T>) {
        if constexpr (kMoves) {
          return T(std::move(*state_->value));
        } else {
          return std::as_const(*state_->value);
        }
      }
    }

   private:
    Ref state_;
    FutureState::Awaiter waiter_;
  };

  explicit Future(Ref state) : state_(std::move(state)) {}

  FutureState* Ended(const char* asked) const {
    if (!state_->done()) {
      future_internal::FailState(*state_.get(), asked, "not over");
    }
    return state_.get();
  }

  Ref state_;
};

// The side that provides. Copied freely; all copies are of one future.
template <typename T = void>
class Promise {
 public:
  // `name` is for reports.
  explicit Promise(absl::string_view name = "",
                   SourceSite site = SourceSite::current())
      : state_(new future_internal::State<T>(name, site)) {}

  Future<T> GetFuture() const { return Future<T>(state_); }

  // Ends the future with a value. Throws InvalidStateError if it is over.
  void Set()
    requires std::is_void_v<T>
  {
    if (!TrySet()) Fail("Set()");
  }
  template <std::convertible_to<future_internal::Value<T>> U>
    requires(!std::is_void_v<T>)
  void Set(U&& value) {
    if (!TrySet(std::forward<U>(value))) Fail("Set()");
  }
  // The same, but returns false if it is over.
  bool TrySet()
    requires std::is_void_v<T>
  {
    if (state_->AskDone()) return false;
    state_->Finish(End::kValue);
    return true;
  }
  template <std::convertible_to<future_internal::Value<T>> U>
    requires(!std::is_void_v<T>)
  bool TrySet(U&& value) {
    if (state_->AskDone()) return false;
    state_->value.emplace(std::forward<U>(value));
    state_->Finish(End::kValue);
    return true;
  }

  // Ends the future with an error. Throws InvalidStateError if it is over.
  void SetException(std::exception_ptr error) {
    if (!TrySetException(std::move(error))) Fail("SetException()");
  }
  // The same, but returns false if it is over.
  bool TrySetException(std::exception_ptr error) {
    if (state_->AskDone()) return false;
    state_->Finish(End::kError, std::move(error));
    return true;
  }

  // Whether the future is over, which may be because somebody cancelled it.
  bool Done() const { return state_->AskDone(); }

 private:
  [[noreturn]] void Fail(const char* asked) const {
    future_internal::FailState(*state_.get(), asked, "over already");
  }

  future_internal::Ref<T> state_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_FUTURE_H_
