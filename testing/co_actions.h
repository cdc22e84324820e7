// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// GoogleMock actions for functions that return a Task.
//
//   class MockStore : public Store {
//    public:
//     MOCK_METHOD(Task<int>, Get, (std::string key), (override));
//   };
//
//   EXPECT_CALL(store, Get("a"))
//       .WillOnce(CoReturn(5).After(absl::Seconds(1)))
//       .WillOnce(CoThrow(std::runtime_error("gone")));
//   EXPECT_CALL(store, Get("b")).WillRepeatedly(CoInvoke(&fake, &Fake::Get));
//
// The call makes a Task, as the call of a coroutine does; what the action is to
// do, it does when the Task is awaited. The Task owns all that it needs: a copy
// of the value or of the callable, and the arguments that were passed by value.
// So a lambda's captures live as long as the coroutine that uses them, whatever
// becomes of the mock. (GoogleMock's own Invoke() of a capturing coroutine
// lambda leaves it with captures that are gone.) Arguments that were passed by
// reference stay references, as in any coroutine.
//
// Without `After` nothing suspends. `After(d)` first sleeps; with zero, for one
// trip to the back of the ready queue.
//
// What can only be moved works with WillOnce.

#ifndef ORRERY_TESTING_CO_ACTIONS_H_
#define ORRERY_TESTING_CO_ACTIONS_H_

#include <concepts>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace co_actions_internal {

using Delay = std::optional<absl::Duration>;

// The coroutine that an action makes. `Step` says what comes after the delay:
// `step(arguments...)` returns a T, a Task<T>, or nothing.
template <typename T, typename Step, typename... Arguments>
Task<T> Act(Delay delay, Step step, Arguments... arguments) {
  if (delay.has_value()) co_await Sleep(*delay);
  using Result = std::invoke_result_t<Step&, Arguments&&...>;
  if constexpr (std::is_same_v<Result, Task<T>>) {
    Task<T> task = std::invoke(step, std::forward<Arguments>(arguments)...);
    co_return co_await std::move(task);
  } else if constexpr (std::is_void_v<T>) {
    std::invoke(step, std::forward<Arguments>(arguments)...);
  } else {
    co_return std::invoke(step, std::forward<Arguments>(arguments)...);
  }
}

// What an action needs to be told of the mocked function: what its Task gives,
// and its parameters. Not defined if it returns no Task.
template <typename Function>
struct Mocked;
template <typename T, typename... Parameters>
struct Mocked<Task<T>(Parameters...)> {
  // Whether `Maker` can make the step for this function.
  template <typename Maker>
  static constexpr bool kFits = requires(Maker maker) {
    std::move(maker).template Make<T, Parameters...>();
  };

  // Returns what GoogleMock is to call.
  template <typename Maker>
  static auto Bind(Delay delay, Maker maker) {
    return [delay, step = std::move(maker).template Make<T, Parameters...>()](
               Parameters... parameters) mutable {
      using Step = decltype(step);
      if constexpr (std::copy_constructible<Step>) {
        return Act<T, Step, Parameters...>(
            delay, step, std::forward<Parameters>(parameters)...);
      } else {
        return Act<T, Step, Parameters...>(
            delay, std::move(step), std::forward<Parameters>(parameters)...);
      }
    };
  }
};

template <typename Function, typename Maker>
concept Fits = Mocked<Function>::template kFits<Maker>;

// An action. It becomes one of GoogleMock's when it is known which function it
// is for.
template <typename Maker>
class CoAction {
 public:
  explicit CoAction(Maker maker) : maker_(std::move(maker)) {}

  // Returns the same action, which sleeps for `delay` before it does anything.
  CoAction After(absl::Duration delay) && {
    delay_ = delay;
    return std::move(*this);
  }
  CoAction After(absl::Duration delay) const& {
    return CoAction(*this).After(delay);
  }

  template <Fits<Maker> Function>
  operator testing::OnceAction<Function>() && {  // NOLINT: as GoogleMock's own
    return Mocked<Function>::Bind(delay_, std::move(maker_));
  }
  template <Fits<Maker> Function>
    requires std::copy_constructible<Maker>
  operator testing::Action<Function>() const {  // NOLINT
    return Mocked<Function>::Bind(delay_, maker_);
  }

 private:
  Maker maker_;
  Delay delay_;
};

// ---- What the actions do ----------------------------------------------------

// Gives a value that the action owns.
template <typename V>
struct ReturnValue {
  template <typename T>
  struct Step {
    template <typename... Arguments>
    T operator()(Arguments&&...) {
      return std::move(value);  // each Task has a copy of its own
    }
    V value;
  };
  template <typename T, typename...>
    requires(!std::is_void_v<T> && std::is_convertible_v<V, T>)
  Step<T> Make() && {
    return {std::move(value)};
  }
  V value;
};

struct ReturnNothing {
  struct Step {
    template <typename... Arguments>
    void operator()(Arguments&&...) const {}
  };
  template <typename T, typename...>
    requires std::is_void_v<T>
  Step Make() && {
    return {};
  }
};

// Gives what a variable of somebody else's holds when the Task is over.
template <typename V>
struct ReturnReference {
  template <typename T>
  struct Step {
    template <typename... Arguments>
    T operator()(Arguments&&...) const {
      return *referent;
    }
    V* referent;
  };
  template <typename T, typename...>
    requires(!std::is_void_v<T> && std::is_convertible_v<V&, T>)
  Step<T> Make() && {
    return {referent};
  }
  V* referent;
};

template <typename E>
struct Throw {
  template <typename T>
  struct Step {
    template <typename... Arguments>
    T operator()(Arguments&&...) const {
      throw error;
    }
    E error;
  };
  template <typename T, typename...>
  Step<T> Make() && {
    return {std::move(error)};
  }
  E error;
};

template <typename Result>
struct IsTask : std::false_type {};
template <typename T>
struct IsTask<Task<T>> : std::true_type {};

// Whether a step's result is one for a Task<T>.
template <typename Result, typename T>
concept Gives = std::same_as<Result, Task<T>> ||
                (!IsTask<Result>::value &&
                 (std::is_void_v<T> || std::is_convertible_v<Result, T>));

template <typename F>
struct Invoke {
  template <typename T, typename... Parameters>
    requires std::invocable<F&, Parameters&&...> &&
             Gives<std::invoke_result_t<F&, Parameters&&...>, T>
  F Make() && {
    return std::move(function);
  }
  F function;
};

template <typename F>
struct InvokeWithoutArgs {
  struct Step {
    template <typename... Arguments>
    decltype(auto) operator()(Arguments&&...) {
      return std::invoke(function);
    }
    F function;
  };
  template <typename T, typename...>
    requires std::invocable<F&> && Gives<std::invoke_result_t<F&>, T>
  Step Make() && {
    return {std::move(function)};
  }
  F function;
};

// A member function and the object to call it on.
template <typename Object, typename Member>
struct BoundMember {
  template <typename... Arguments>
    requires std::invocable<Member, Object*, Arguments&&...>
  decltype(auto) operator()(Arguments&&... arguments) const {
    return std::invoke(member, object, std::forward<Arguments>(arguments)...);
  }
  Object* object;
  Member member;
};

}  // namespace co_actions_internal

// Gives `value`, or nothing for a Task<>.
template <typename V>
auto CoReturn(V value) {
  using Maker = co_actions_internal::ReturnValue<V>;
  return co_actions_internal::CoAction<Maker>(Maker{std::move(value)});
}
inline auto CoReturn() {
  using Maker = co_actions_internal::ReturnNothing;
  return co_actions_internal::CoAction<Maker>(Maker{});
}

// Gives a copy of what `variable` holds when the Task is over, not of what it
// holds now; a reference to it if the function returns a
// Task<std::reference_wrapper<...>>. The variable must outlive the Task.
template <typename V>
auto CoReturnRef(V& variable) {
  using Maker = co_actions_internal::ReturnReference<V>;
  return co_actions_internal::CoAction<Maker>(Maker{&variable});
}
template <typename V>
void CoReturnRef(const V&&) = delete;  // it would be gone

// Throws a copy of `error`.
template <typename E>
auto CoThrow(E error) {
  using Maker = co_actions_internal::Throw<E>;
  return co_actions_internal::CoAction<Maker>(Maker{std::move(error)});
}

// Calls `function`, a coroutine or a plain function, with the arguments of the
// mocked function. Each call has a copy of `function` as it was given here.
template <typename F>
auto CoInvoke(F function) {
  using Maker = co_actions_internal::Invoke<F>;
  return co_actions_internal::CoAction<Maker>(Maker{std::move(function)});
}
// The same for a member function of `object`, which must outlive the Task.
template <typename Object, typename Member>
auto CoInvoke(Object* object, Member member) {
  using Bound = co_actions_internal::BoundMember<Object, Member>;
  return CoInvoke(Bound{object, member});
}

// The same without the arguments.
template <typename F>
auto CoInvokeWithoutArgs(F function) {
  using Maker = co_actions_internal::InvokeWithoutArgs<F>;
  return co_actions_internal::CoAction<Maker>(Maker{std::move(function)});
}

}  // namespace orrery

#endif  // ORRERY_TESTING_CO_ACTIONS_H_
