// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Cancelled`: what a task is told, by way of an exception, when somebody wants
// it to end; as asyncio.CancelledError.
//
//   try {
//     co_await Work();
//   } catch (const Cancelled&) {
//     Undo();
//     throw;
//   }
//
// A task that catches it and goes on is not asked again, unless it is cancelled
// again. What waits for a cancelled task or future is thrown it, too.

#ifndef ORRERY_SIM_CANCELLED_H_
#define ORRERY_SIM_CANCELLED_H_

namespace orrery {

// Not derived from std::exception, so that handlers of errors let it pass.
class Cancelled final {};

}  // namespace orrery

#endif  // ORRERY_SIM_CANCELLED_H_
