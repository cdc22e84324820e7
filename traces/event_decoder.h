// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `EventDecoder`: from the records of a trace to the plain structs of
// base/trace_event.h. It trusts nothing: a record that refers to a text that
// was never given, or counts past its end, is a problem that it names.

#ifndef ORRERY_TRACES_EVENT_DECODER_H_
#define ORRERY_TRACES_EVENT_DECODER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

class EventDecoder {
 public:
  // Adds to `trace`, which must outlive it.
  explicit EventDecoder(Trace* trace) : trace_(trace) {}

  // Each returns what is wrong, or "".
  std::string TakeIntern(const traces::v1::Intern& intern);
  std::string TakeEvent(const traces::v1::Event& event);
  std::string TakeChoices(const traces::v1::ChoiceBlock& block);
  // Takes the place of those that were taken before.
  std::string TakeNotDone(const traces::v1::NotDone& from);

 private:
  struct Interned {
    bool is_site = false;
    absl::string_view text;
    SiteText site;
  };

  absl::string_view Keep(const std::string& text);
  absl::string_view Text(uint32_t id);
  NodeId Node(uint32_t number);
  SiteText Site(uint32_t id);
  TraceEvent::What Decode(const traces::v1::Event& event);
  event::Chosen DecodeChosen(const traces::v1::Chosen& from);

  Trace* trace_;
  std::vector<Interned> interned_ = {{}};  // by id; 0 stands for nothing
  SimTime now_;
  TaskId task_;
  std::string problem_;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_EVENT_DECODER_H_
