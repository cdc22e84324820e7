// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The records of which a trace has one or two, from their protobuf messages.

#ifndef ORRERY_TRACES_RARE_RECORDS_H_
#define ORRERY_TRACES_RARE_RECORDS_H_

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/task_report.h"
#include "orrery/traces/format.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {

// Returns the message, or nothing if `payload` is none.
template <typename Message>
std::optional<Message> ParseMessage(absl::string_view payload) {
  // Protobuf counts in int.
  if (payload.size() > std::numeric_limits<int>::max()) return std::nullopt;
  std::optional<Message> message(std::in_place);
  if (!message->ParseFromArray(payload.data(),
                               static_cast<int>(payload.size()))) {
    message.reset();
  }
  return message;
}

TraceHeader HeaderOf(const traces::v1::Header& header);
TraceFooter FooterOf(const traces::v1::Footer& footer);
std::vector<TaskReport> TasksOf(const traces::v1::NotDone& not_done);

}  // namespace orrery

#endif  // ORRERY_TRACES_RARE_RECORDS_H_
