// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `EventDecoder`: from the records of a trace to the plain structs of
// base/trace_event.h. It trusts nothing: a record that refers to a text that
// was never given, or counts past its end, is a problem that it names.

#ifndef ORRERY_TRACES_EVENT_DECODER_H_
#define ORRERY_TRACES_EVENT_DECODER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

class EventDecoder {
 public:
  // What becomes of the texts in the records.
  enum class Texts : uint8_t {
    kStay,    // they live as long as the trace: it may point to them
    kCopy,    // the trace gets copies
    kForNow,  // the same, but those of events are kept until `DropEvents`
  };

  // Adds to `trace`, which must outlive it.
  EventDecoder(Trace* trace, Texts texts) : trace_(trace), texts_(texts) {}

  // Each takes the payload of a record, and returns what is wrong, or "".
  std::string TakeIntern(absl::string_view record);
  std::string TakeEvent(absl::string_view record);
  std::string TakeChoices(absl::string_view record);
  std::string TakeTruncated(absl::string_view record);

  // How many choices there were, in either form.
  uint64_t choices() const { return choices_; }

  // Takes all events and their choices away from the trace, and what only they
  // point to. Those that come later may refer to the same texts and places.
  void DropEvents();

 private:
  struct Interned {
    bool is_site = false;
    absl::string_view text;
    SiteText site;
  };

  absl::string_view Keep(absl::string_view text);
  absl::string_view KeepLogged(absl::string_view text);
  absl::Span<const TaskId> KeepList();
  absl::string_view Text(uint32_t id);
  NodeId Node(uint32_t number);
  SiteText Site(uint32_t id);

  // Leaves `event` empty where it is of a kind that this version does not know.
  std::string DecodeEvent(absl::string_view record,
                          std::optional<TraceEvent>* event);
  TraceEvent::What Decode(uint32_t kind, absl::string_view payload);
  TraceEvent::What DecodeRest(uint32_t kind, absl::string_view payload);
  event::Spawned DecodeSpawned(absl::string_view payload);
  event::Suspended DecodeSuspended(absl::string_view payload);
  event::Chosen DecodeChosen(absl::string_view payload);
  template <typename Fields>
  Fields Numbers(absl::string_view payload);
  struct TextAndSite {
    absl::string_view text;
    SiteText site;
  };
  TextAndSite DecodeTextAndSite(absl::string_view payload);

  Trace* trace_;
  Texts texts_;
  std::vector<Interned> interned_ = {{}};  // by id; 0 stands for nothing
  std::deque<std::string> logged_;         // of kForNow
  std::vector<TaskId> list_;
  SimTime now_;
  TaskId task_;
  uint64_t choices_ = 0;
  // What is wrong with the record at hand.
  std::string problem_;
  bool malformed_ = false;  // it is none at all
};

}  // namespace orrery

#endif  // ORRERY_TRACES_EVENT_DECODER_H_
