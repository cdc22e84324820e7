// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <google/protobuf/unknown_field_set.h>

#include <cstdint>
#include <limits>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "orrery/exports/perfetto.pb.h"
#include "orrery/exports/validate.h"

namespace orrery {
namespace {

namespace pb = exports::perfetto::v1;

constexpr size_t kMaxProblems = 20;

// Whether `message`, or a message in it, has a field that we do not know.
bool HasUnknownFields(const google::protobuf::Message& message) {
  const auto& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() !=
        google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    }
    if (!field->is_repeated()) {
      if (HasUnknownFields(reflection.GetMessage(message, field))) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (HasUnknownFields(reflection.GetRepeatedMessage(message, field, i))) {
        return true;
      }
    }
  }
  return false;
}

class Validator {
 public:
  std::vector<std::string> Problems(absl::string_view bytes) {
    pb::Trace trace;
    if (bytes.empty() || bytes[0] != '\x0a') {
      Report("the first byte is not 0a, by which Perfetto knows its traces");
    } else if (!trace.ParseFromString(std::string(bytes))) {
      Report("it is no message of the type Trace");
    }
    if (HasUnknownFields(trace)) Report("it has fields that we do not know");
    for (const pb::TracePacket& packet : trace.packet()) {
      Check(packet);
      ++index_;
    }
    for (const auto& [track, open] : open_) {
      if (open) Report("a slice never ends on track ", track);
    }
    for (const auto& [arrow, state] : arrows_) {
      if (state == Arrow::kBegun) Report("arrow ", arrow, " never ends");
    }
    return problems_;
  }

 private:
  enum class Arrow : uint8_t { kBegun, kEnded };
  using Texts = std::map<uint64_t, std::string>;

  template <typename... Parts>
  void Report(const Parts&... parts) {
    if (problems_.size() == kMaxProblems) return;
    problems_.push_back(absl::StrCat("packet ", index_, ": ", parts...));
  }

  void Check(const pb::TracePacket& packet) {
    if (packet.trusted_packet_sequence_id() == 0) Report("is of no sequence");
    const uint32_t flags = packet.sequence_flags();
    if ((flags & 2) == 0) Report("does not say that it uses interned texts");
    if (((flags & 1) != 0) != (index_ == 0)) {
      Report("interned texts start anew at the first packet, and only there");
    }
    const pb::InternedData& interned = packet.interned_data();
    Define(interned.event_categories(), categories_);
    Define(interned.event_names(), names_);
    Define(interned.debug_annotation_names(), annotations_);
    if (packet.has_track_event() == packet.has_track_descriptor()) {
      Report("is neither an event nor a track, or both");
    }
    if (packet.has_track_descriptor()) CheckTrack(packet.track_descriptor());
    if (!packet.has_track_event()) return;
    if (!packet.has_timestamp()) {
      Report("has no time");
    } else if (packet.timestamp() < last_time_) {
      Report("its time goes back from ", last_time_, " to ",
             packet.timestamp());
    } else if (packet.timestamp() >
               uint64_t{std::numeric_limits<int64_t>::max()}) {
      Report("its time is past the last one");
    }
    last_time_ = packet.timestamp();
    CheckEvent(packet.track_event());
  }

  void Define(
      const google::protobuf::RepeatedPtrField<pb::InternedText>& defined,
      Texts& texts) {
    for (const pb::InternedText& text : defined) {
      if (text.iid() == 0) Report("a text has the number 0");
      if (!texts.emplace(text.iid(), text.name()).second) {
        Report("text ", text.iid(), " is told once more");
      }
    }
  }

  void CheckTrack(const pb::TrackDescriptor& track) {
    if (!track.has_uuid()) Report("a track has no number");
    if (!tracks_.insert(track.uuid()).second) {
      Report("track ", track.uuid(), " is told once more");
    }
    if (track.uuid() == 0) return;
    if (track.has_process()) {
      if (track.process().pid() <= 0) Report("a process has no number");
      if (track.process().process_name().empty()) {
        Report("process ", track.process().pid(), " has no name");
      }
      if (!pids_.insert(track.process().pid()).second) {
        Report("process ", track.process().pid(), " is told once more");
      }
      return;
    }
    if (track.name().empty()) Report("track ", track.uuid(), " has no name");
    if (track.parent_uuid() == 0 || !tracks_.contains(track.parent_uuid())) {
      Report("track ", track.uuid(), " is in no process");
    }
    if (track.sibling_merge_behavior() != pb::SIBLING_MERGE_NONE) {
      Report("track ", track.uuid(), " is merged with those of its name");
    }
    open_[track.uuid()] = false;
  }

  void CheckEvent(const pb::TrackEvent& event) {
    const auto track = open_.find(event.track_uuid());
    if (track == open_.end()) {
      Report("track ", event.track_uuid(), " was not told");
      return;
    }
    bool& open = track->second;
    switch (event.type()) {
      case pb::TrackEvent::TYPE_SLICE_BEGIN:
        if (open) Report("slices overlap on track ", event.track_uuid());
        open = true;
        break;
      case pb::TrackEvent::TYPE_SLICE_END:
        if (!open) Report("no slice ends on track ", event.track_uuid());
        open = false;
        break;
      case pb::TrackEvent::TYPE_INSTANT:
        break;
      default:
        Report("is of no type");
    }
    if (event.type() != pb::TrackEvent::TYPE_SLICE_END) {
      CheckName(event);
      if (event.category_iids().empty()) Report("has no category");
    }
    for (uint64_t id : event.category_iids()) {
      if (!categories_.contains(id)) Report("category ", id, " was not told");
    }
    for (const pb::DebugAnnotation& each : event.debug_annotations()) {
      if (!annotations_.contains(each.name_iid())) {
        Report("annotation ", each.name_iid(), " was not told");
      }
      if (each.value_case() == pb::DebugAnnotation::VALUE_NOT_SET) {
        Report("an annotation has no value");
      }
    }
    for (uint64_t arrow : event.terminating_flow_ids()) {
      const auto found = arrows_.find(arrow);
      if (found == arrows_.end() || found->second != Arrow::kBegun) {
        Report("arrow ", arrow, " ends and has not begun");
      }
      arrows_[arrow] = Arrow::kEnded;
    }
    for (uint64_t arrow : event.flow_ids()) {
      if (!arrows_.emplace(arrow, Arrow::kBegun).second) {
        Report("arrow ", arrow, " begins once more");
      }
    }
  }

  void CheckName(const pb::TrackEvent& event) {
    if (event.has_name_iid()) {
      if (!names_.contains(event.name_iid())) {
        Report("name ", event.name_iid(), " was not told");
      }
    } else if (event.name().empty()) {
      Report("has no name");
    }
  }

  std::vector<std::string> problems_;
  uint64_t index_ = 0;
  uint64_t last_time_ = 0;
  std::set<uint64_t> tracks_;
  std::set<int32_t> pids_;
  std::map<uint64_t, bool> open_;  // by track that may have events: a slice is
  std::map<uint64_t, Arrow> arrows_;
  Texts categories_;
  Texts names_;
  Texts annotations_;
};

}  // namespace

std::vector<std::string> ProblemsInPerfetto(absl::string_view bytes) {
  return Validator().Problems(bytes);
}

}  // namespace orrery
