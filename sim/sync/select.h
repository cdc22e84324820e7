// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Select`: waits for the first of several channels that can be sent to or
// received from, and does that; as select of Go.
//
//   std::optional<Job> job;
//   std::optional<Signal> signal;
//   const size_t which = co_await Select(jobs.ReceiveCase(&job),
//                                        stop.ReceiveCase(&signal));
//   if (which == 1) co_return;

#ifndef ORRERY_SIM_SYNC_SELECT_H_
#define ORRERY_SIM_SYNC_SELECT_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "orrery/base/trace_event.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync/channel_case.h"

namespace orrery {

namespace select_internal {

template <typename... Cases>
std::array<ChannelCase*, sizeof...(Cases)> PointersTo(
    std::tuple<Cases...>& cases) {
  return std::apply(
      [](Cases&... each) {
        return std::array<ChannelCase*, sizeof...(Cases)>{&each...};
      },
      cases);
}

// Lets the one that was done say how it ended.
template <typename... Cases>
void Finish(std::tuple<Cases...>& cases, size_t index) {
  std::apply(
      [index](Cases&... each) {
        size_t i = 0;
        ((i++ == index ? each.Finish() : void()), ...);
      },
      cases);
}

}  // namespace select_internal

template <typename... Cases>
class [[nodiscard]] SelectAwaiter : public CaseOperation {
 public:
  explicit SelectAwaiter(Cases... cases)
      : SelectAwaiter(std::tuple<Cases...>(std::move(cases)...)) {}

  bool await_ready() {
    pointers_ = select_internal::PointersTo(cases_);
    SetCases(pointers_);
    return CaseOperation::await_ready();
  }
  size_t await_resume() {
    const size_t index = End();
    select_internal::Finish(cases_, index);
    return index;
  }

 private:
  explicit SelectAwaiter(std::tuple<Cases...> cases)
      : CaseOperation(std::get<0>(cases).channel(),
                      std::get<0>(cases).access_kind(), WaitKind::kSelect),
        cases_(std::move(cases)) {}

  std::tuple<Cases...> cases_;
  std::array<ChannelCase*, sizeof...(Cases)> pointers_;
};

// Does the first of the cases that is ready, in the order of the arguments; if
// none is, waits, and does the one that becomes ready first. Under a policy
// that orders steps, which of those that are ready is done is a choice of the
// scheduler's. Returns the index of the case. A channel must not be destroyed
// while somebody waits for it.
//
// A case that receives is ready when the channel is closed. One that sends is,
// too, and throws ChannelClosed if it is the one that is done. If `Cancelled`
// is thrown, none was done.
template <std::derived_from<ChannelCase>... Cases>
  requires(sizeof...(Cases) > 0)
SelectAwaiter<Cases...> Select(Cases... cases) {
  return SelectAwaiter<Cases...>(std::move(cases)...);
}

// The same if it need not wait: a select with a default. Returns nothing if no
// case is ready.
template <std::derived_from<ChannelCase>... Cases>
  requires(sizeof...(Cases) > 0)
std::optional<size_t> TrySelect(Cases... cases) {
  std::tuple<Cases...> all(std::move(cases)...);
  const auto pointers = select_internal::PointersTo(all);
  const size_t index = DoReadyCase(Simulation::Current("TrySelect"), pointers);
  if (index == sizeof...(Cases)) return std::nullopt;
  select_internal::Finish(all, index);
  return index;
}

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_SELECT_H_
