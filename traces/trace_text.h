// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Traces in words: stable text, one line an event.

#ifndef ORRERY_TRACES_TRACE_TEXT_H_
#define ORRERY_TRACES_TRACE_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns `text` without what would break lines or move the cursor: line ends
// are spaces, other control characters are written as "\x1b". What a program
// logs, and how it names things, is to be shown like this.
std::string OneLine(absl::string_view text);

// The names of tasks and objects, as events bring them up.
class TraceNames {
 public:
  // Learns what `event` names. Call for each event before it is put into words.
  void Learn(const TraceEvent& event);

  // Returns "client#7"; "loop" for the event loop itself.
  std::string Task(TaskId id) const;
  // Returns "Mutex \"state\"", or "Mutex#3".
  std::string Object(ObjectId id) const;
  // Returns "replica-1", or "node 3" of one without a name.
  std::string Node(NodeId id) const;
  // Returns "message 901 AppendEntries".
  std::string Message(MessageId id) const;

 private:
  absl::flat_hash_map<uint32_t, std::string> tasks_;
  absl::flat_hash_map<uint32_t, std::string> objects_;
  absl::flat_hash_map<uint32_t, std::string> nodes_;
  // Of messages there may be millions: their types are kept once.
  absl::flat_hash_map<uint64_t, uint32_t> messages_;
  absl::flat_hash_map<std::string, uint32_t> message_types_;
  std::vector<std::string> type_names_;
};

// Returns the kind of `event` as one word: "spawned", "log", "choice".
absl::string_view EventKindName(const TraceEvent& event);
// Returns every such word.
std::vector<absl::string_view> EventKindNames();

// Returns what happened, without its number, time, actor and place: "waits for
// Mutex \"state\"". Lines are joined with spaces.
std::string EventText(const TraceEvent& event, const TraceNames& names);

// Returns where in the source it happened: "bank.cc:41 Transfer", or "".
std::string EventSite(const TraceEvent& event);

// Returns the whole line: "#12 1.000s client#7 waits for Mutex \"state\"
// [bank.cc:41 Transfer]".
std::string FormatEvent(uint64_t index, const TraceEvent& event,
                        const TraceNames& names, bool with_site = true);

// Returns the header and the outcome in a few lines, and in a line each the
// tasks that were not done (see base/task_tree.h).
std::string FormatInfo(const Trace& trace);

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_TEXT_H_
