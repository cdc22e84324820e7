// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/message.h"

#include "orrery/base/digest.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/simulation.h"

namespace orrery {

MessageId MessageSent(const MessageInfo& message, SourceSite site) {
  Simulation& simulation = Simulation::Current("MessageSent");
  const MessageId id = simulation.NewMessage();
  Digest payload;
  payload.MixBytes(message.type);
  payload.MixBytes(message.bytes);
  simulation.MixData(payload.value());
  simulation.Record(event::MessageSent{
      id, NodeId(), NodeId(), message.type,
      message.size.value_or(message.bytes.size()), payload.value(), site});
  return id;
}

void MessageDelivered(MessageId id, SourceSite site) {
  Simulation::Current("MessageDelivered")
      .Record(event::MessageDelivered{id, site});
}

void MessageDropped(MessageId id, absl::string_view why) {
  Simulation::Current("MessageDropped").Record(event::MessageDropped{id, why});
}

MessageId MessageCopied(MessageId id) {
  Simulation& simulation = Simulation::Current("MessageCopied");
  const MessageId copy = simulation.NewMessage();
  simulation.Record(event::MessageCopied{id, copy});
  return copy;
}

}  // namespace orrery
