// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Messages between tasks, as a trace shows them: who sent what to whom, and
// what became of it. They are for a transport of your own; pictures then draw
// an arrow from where a message left to where it arrived, `orrery causes`
// follows it, and a debugger can stop at it.
//
//   Task<> Send(Wire& wire, std::string bytes) {
//     const MessageId id = MessageSent({.type = "AppendEntries",
//                                       .bytes = bytes});
//     co_await wire.Put({id, std::move(bytes)});
//   }
//   Task<> Serve(Wire& wire) {
//     Packet packet = co_await wire.Get();
//     MessageDelivered(packet.id);
//
// All of them may be called in a simulation only, else they stop the process.

#ifndef ORRERY_SIM_MESSAGE_H_
#define ORRERY_SIM_MESSAGE_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"

namespace orrery {

struct MessageInfo {
  absl::string_view type = {};  // what kind it is: "AppendEntries"
  absl::string_view bytes =
      {};  // what is in it; the run's digest depends on it
  // How large it is, if that is not the number of `bytes`.
  std::optional<size_t> size = {};
};

// Notes that the running task sends a message. Returns its number: the first
// one of a run has 1.
MessageId MessageSent(const MessageInfo& message,
                      SourceSite site = SourceSite::current());

// Notes that the running task, or the loop, took the message `id`.
void MessageDelivered(MessageId id, SourceSite site = SourceSite::current());

// Notes that it will never arrive; `why` says the reason: "partition".
void MessageDropped(MessageId id, absl::string_view why);

// Notes that it will arrive once more. Returns the number of the copy.
MessageId MessageCopied(MessageId id);

}  // namespace orrery

#endif  // ORRERY_SIM_MESSAGE_H_
