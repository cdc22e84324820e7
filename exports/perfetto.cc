// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/perfetto.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "orrery/exports/perfetto.pb.h"
#include "orrery/exports/timeline.h"
#include "orrery/traces/message_json.h"

namespace orrery {
namespace {

namespace pb = exports::perfetto::v1;

// All packets are of one writer.
constexpr uint32_t kSequence = 1;
constexpr uint32_t kStartsAnew = 1;
constexpr uint32_t kUsesInterned = 2;

constexpr size_t kPieceSize = 1 << 16;  // of the output
// A longer name would fill the screen; all of it stands in an annotation.
constexpr size_t kMaxName = 160;

// Texts that are given a number before their first use.
class Interned {
 public:
  // Returns the number of `text`; defines it in `defined` if it is new.
  uint64_t Id(absl::string_view text,
              google::protobuf::RepeatedPtrField<pb::InternedText>* defined) {
    const auto [found, is_new] = ids_.try_emplace(text, ids_.size() + 1);
    if (is_new) {
      pb::InternedText* to = defined->Add();
      to->set_iid(found->second);
      to->set_name(std::string(text));
    }
    return found->second;
  }

 private:
  absl::flat_hash_map<std::string, uint64_t> ids_;
};

class PerfettoWriter {
 public:
  PerfettoWriter(const Timeline& timeline, ExportOutput output)
      : timeline_(timeline), output_(output), packet_(*trace_.add_packet()) {}

  // Tells about all tracks. Their numbers: the processes, then the tracks.
  bool WriteTracks() {
    Begin();
    pb::TrackDescriptor* root = packet_.mutable_track_descriptor();
    root->set_uuid(0);
    root->set_process_ordering(pb::PROCESS_ORDERING_EXPLICIT);
    if (!End()) return false;
    const std::vector<TimelineNode>& nodes = timeline_.nodes();
    absl::flat_hash_map<uint32_t, uint64_t> processes;  // by node
    for (size_t i = 0; i < nodes.size(); ++i) {
      Begin();
      pb::TrackDescriptor* track = packet_.mutable_track_descriptor();
      track->set_uuid(i + 1);
      track->mutable_process()->set_pid(nodes[i].id.value + 1);
      track->mutable_process()->set_process_name(Utf8(nodes[i].name));
      track->set_child_ordering(pb::CHILD_ORDERING_EXPLICIT);
      track->set_sibling_order_rank(static_cast<int32_t>(i));
      processes[nodes[i].id.value] = i + 1;
      if (!End()) return false;
    }
    for (size_t i = 0; i < timeline_.tracks().size(); ++i) {
      const TimelineTrack& from = timeline_.tracks()[i];
      Begin();
      pb::TrackDescriptor* track = packet_.mutable_track_descriptor();
      track->set_uuid(UuidOf(i));
      track->set_name(Utf8(from.name));
      track->set_parent_uuid(processes[from.node.value]);
      track->set_sibling_order_rank(static_cast<int32_t>(i));
      track->set_sibling_merge_behavior(pb::SIBLING_MERGE_NONE);
      if (i == 0) track->set_description(Utf8(timeline_.Title()));
      if (!End()) return false;
    }
    return true;
  }

  bool WriteItem(const TimelineItem& item) {
    Begin();
    packet_.set_timestamp(static_cast<uint64_t>(item.ts));
    event_ = packet_.mutable_track_event();
    event_->set_track_uuid(UuidOf(item.track));
    if (item.type == TimelineItem::Type::kEnd) {
      event_->set_type(pb::TrackEvent::TYPE_SLICE_END);
      if (item.event != nullptr) {
        Annotate("ended by event")->set_uint_value(item.number);
      }
      AnnotateText("ended by", item.text);
      AnnotateText("ended at", item.site);
      return End();
    }
    const bool begins = item.type == TimelineItem::Type::kBegin;
    event_->set_type(begins ? pb::TrackEvent::TYPE_SLICE_BEGIN
                            : pb::TrackEvent::TYPE_INSTANT);
    const std::string category(TimelineCategoryName(item.category));
    event_->add_category_iids(categories_.Id(
        category, packet_.mutable_interned_data()->mutable_event_categories()));
    SetName(item);
    for (uint64_t arrow : item.arrows_from) event_->add_flow_ids(arrow);
    for (uint64_t arrow : item.arrows_to) {
      event_->add_terminating_flow_ids(arrow);
    }
    if (item.event != nullptr) {
      Annotate("event")->set_uint_value(item.number);
      AnnotateText("time", FormatSimTime(item.event->time));
      std::visit([this](const auto& what) { AnnotateWith(what); },
                 item.event->what);
    }
    AnnotateText("detail", item.text);
    AnnotateText("src", item.site);
    for (auto frame = item.stack.rbegin(); frame != item.stack.rend();
         ++frame) {
      pb::TrackEvent::Frame* to = event_->mutable_callstack()->add_frames();
      to->set_function_name(Utf8(frame->function));
      to->set_source_file(Utf8(frame->file));
      to->set_line_number(frame->line);
    }
    return End();
  }

  // Hands on what is left.
  bool Flush() {
    if (!piece_.empty() && !output_(piece_)) return false;
    piece_.clear();
    return true;
  }

 private:
  uint64_t UuidOf(size_t track) const {
    return timeline_.nodes().size() + 1 + track;
  }

  void Begin() {
    packet_.Clear();
    packet_.set_trusted_packet_sequence_id(kSequence);
    packet_.set_sequence_flags(is_first_ ? kStartsAnew | kUsesInterned
                                         : kUsesInterned);
    is_first_ = false;
  }
  bool End() {
    if (packet_.interned_data().event_categories().empty() &&
        packet_.interned_data().event_names().empty() &&
        packet_.interned_data().debug_annotation_names().empty()) {
      packet_.clear_interned_data();
    }
    trace_.AppendToString(&piece_);
    return piece_.size() < kPieceSize || Flush();
  }

  // The names of slices come again and again; those of instants hardly do.
  void SetName(const TimelineItem& item) {
    std::string name = Utf8(item.name);
    if (name.size() > kMaxName) {
      AnnotateText("text", name);
      name = Utf8(absl::string_view(name).substr(0, kMaxName)) + "...";
    }
    if (item.category == TimelineCategory::kRun) {
      event_->set_name_iid(names_.Id(
          name, packet_.mutable_interned_data()->mutable_event_names()));
    } else {
      event_->set_name(name);
    }
  }

  pb::DebugAnnotation* Annotate(absl::string_view name) {
    pb::DebugAnnotation* annotation = event_->add_debug_annotations();
    annotation->set_name_iid(annotations_.Id(
        name,
        packet_.mutable_interned_data()->mutable_debug_annotation_names()));
    return annotation;
  }
  void AnnotateText(absl::string_view name, absl::string_view text) {
    if (!text.empty()) Annotate(name)->set_string_value(Utf8(text));
  }

  void AnnotateWith(const event::Chosen& chosen) {
    Annotate("n")->set_uint_value(chosen.choice.n);
    Annotate("chosen")->set_uint_value(chosen.choice.chosen);
    AnnotateText("label", chosen.choice.site);
  }
  void AnnotateWith(const event::MessageSent& sent) {
    Annotate("message")->set_uint_value(sent.id.value);
    AnnotateText("type", sent.type);
    Annotate("size")->set_uint_value(sent.size);
  }
  void AnnotateWith(const event::MessageDelivered& delivered) {
    Annotate("message")->set_uint_value(delivered.id.value);
  }
  void AnnotateWith(const event::MessageDropped& dropped) {
    Annotate("message")->set_uint_value(dropped.id.value);
    AnnotateText("why", dropped.why);
  }
  template <typename Other>
  void AnnotateWith(const Other&) {}

  const Timeline& timeline_;
  ExportOutput output_;
  pb::Trace trace_;  // of one packet
  pb::TracePacket& packet_;
  pb::TrackEvent* event_ = nullptr;  // in `packet_`
  bool is_first_ = true;
  Interned categories_;
  Interned names_;
  Interned annotations_;
  std::string piece_;
};

}  // namespace

absl::Status ExportPerfetto(const Trace& trace, const ExportOptions& options,
                            ExportOutput output) {
  if (absl::Status status = HasEvents(trace); !status.ok()) return status;
  const Timeline timeline(trace, options.clock);
  PerfettoWriter writer(timeline, output);
  const bool taken =
      writer.WriteTracks() &&
      timeline.Walk(
          [&](const TimelineItem& item) { return writer.WriteItem(item); },
          options.progress) &&
      writer.Flush();
  return taken ? absl::OkStatus() : OutputRefused();
}

}  // namespace orrery
