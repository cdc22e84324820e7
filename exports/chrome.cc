// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/chrome.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "orrery/exports/chrome.pb.h"
#include "orrery/exports/timeline.h"
#include "orrery/traces/message_json.h"

namespace orrery {
namespace {

namespace pb = exports::chrome::v1;

constexpr size_t kPieceSize = 1 << 16;  // of the output
// What ends the text of an object whose last key is an empty list.
constexpr absl::string_view kEndOfList = "]}";

class ChromeWriter {
 public:
  ChromeWriter(const Timeline& timeline, ExportOutput output)
      : timeline_(timeline),
        output_(output),
        is_open_(timeline.tracks().size()) {}

  bool WriteHeader() {
    pb::ChromeTrace trace;
    trace.set_displaytimeunit("ns");
    trace.mutable_otherdata()->set_title(Utf8(timeline_.Title()));
    // The list of events is the last of its keys; they are put there one by
    // one.
    piece_ = std::string(absl::StripSuffix(MessageAsJson(trace), kEndOfList));
    for (size_t i = 0; i < timeline_.nodes().size(); ++i) {
      const TimelineNode& node = timeline_.nodes()[i];
      if (!WriteName("process", node.id, 0, node.name, i)) return false;
    }
    for (size_t i = 0; i < timeline_.tracks().size(); ++i) {
      const TimelineTrack& track = timeline_.tracks()[i];
      if (!WriteName("thread", track.node, TidOf(i), track.name, i)) {
        return false;
      }
    }
    return true;
  }

  bool WriteItem(const TimelineItem& item) {
    const bool has_arrows =
        !item.arrows_from.empty() || !item.arrows_to.empty();
    pb::ChromeEvent event = EventOf(item);
    if (item.type == TimelineItem::Type::kEnd) {
      is_open_[item.track] = false;
      event.set_ph("E");
      return Write(event);
    }
    event.set_name(Utf8(item.name));
    event.set_cat(std::string(TimelineCategoryName(item.category)));
    Explain(item, event.mutable_args());
    if (item.type == TimelineItem::Type::kBegin) {
      is_open_[item.track] = true;
      event.set_ph("B");
      return Write(event) && WriteArrows(item);
    }
    // An arrow begins and ends in a slice. Where none is open, the instant is a
    // slice without a length.
    if (has_arrows && !is_open_[item.track]) {
      event.set_ph("B");
      if (!Write(event) || !WriteArrows(item)) return false;
      event = Placed(item);
      event.set_ph("E");
      return Write(event);
    }
    event.set_ph("i");
    event.set_s("t");
    return Write(event) && WriteArrows(item);
  }

  bool WriteEnd() {
    absl::StrAppend(&piece_, "\n", kEndOfList, "\n");
    return output_(piece_);
  }

 private:
  static uint32_t PidOf(NodeId node) { return node.value + 1u; }
  static uint32_t TidOf(size_t track) {
    return static_cast<uint32_t>(track) + 1;
  }

  bool WriteName(absl::string_view of, NodeId node, uint32_t tid,
                 const std::string& name, size_t rank) {
    pb::ChromeEvent event;
    event.set_ph("M");
    event.set_pid(PidOf(node));
    if (tid != 0) event.set_tid(tid);
    event.set_name(absl::StrCat(of, "_name"));
    event.mutable_args()->set_name(Utf8(name));
    if (!Write(event)) return false;
    event.set_name(absl::StrCat(of, "_sort_index"));
    event.mutable_args()->clear_name();
    event.mutable_args()->set_sort_index(static_cast<uint32_t>(rank));
    return Write(event);
  }

  // Where and when `item` is.
  pb::ChromeEvent Placed(const TimelineItem& item) const {
    pb::ChromeEvent event;
    event.set_pid(PidOf(timeline_.tracks()[item.track].node));
    event.set_tid(TidOf(item.track));
    event.set_ts(static_cast<double>(item.ts) / 1000);
    return event;
  }
  pb::ChromeEvent EventOf(const TimelineItem& item) const {
    pb::ChromeEvent event = Placed(item);
    if (item.type != TimelineItem::Type::kEnd || item.event == nullptr) {
      return event;
    }
    pb::ChromeArguments* args = event.mutable_args();
    args->set_ended_by_event(item.number);
    args->set_ended_by(Utf8(item.text));
    if (!item.site.empty()) args->set_ended_at(Utf8(item.site));
    return event;
  }

  static void Explain(const TimelineItem& item, pb::ChromeArguments* args) {
    if (item.event != nullptr) {
      args->set_event(item.number);
      args->set_time(FormatSimTime(item.event->time));
      const auto& what = item.event->what;
      if (const auto* chosen = std::get_if<event::Chosen>(&what)) {
        args->set_n(chosen->choice.n);
        args->set_chosen(chosen->choice.chosen);
        if (!chosen->choice.site.empty()) {
          args->set_label(Utf8(chosen->choice.site));
        }
      } else if (const auto* sent = std::get_if<event::MessageSent>(&what)) {
        args->set_message(sent->id.value);
        args->set_size(sent->size);
      }
    }
    if (!item.text.empty()) args->set_detail(Utf8(item.text));
    if (!item.site.empty()) args->set_src(Utf8(item.site));
    std::string stack;
    for (const TimelineFrame& frame : item.stack) {
      absl::StrAppend(&stack, stack.empty() ? "" : " <- ", frame.file, ":",
                      frame.line, frame.function.empty() ? "" : " ",
                      frame.function);
    }
    if (!stack.empty()) args->set_stack(Utf8(stack));
  }

  bool WriteArrows(const TimelineItem& item) {
    pb::ChromeEvent event = Placed(item);
    // Both ends of an arrow have the same category, name and number.
    event.set_cat("arrow");
    event.set_name("arrow");
    event.set_ph("s");
    for (uint64_t arrow : item.arrows_from) {
      event.set_id(absl::StrCat("0x", absl::Hex(arrow)));
      if (!Write(event)) return false;
    }
    event.set_ph("f");
    event.set_bp("e");
    for (uint64_t arrow : item.arrows_to) {
      event.set_id(absl::StrCat("0x", absl::Hex(arrow)));
      if (!Write(event)) return false;
    }
    return true;
  }

  bool Write(const pb::ChromeEvent& event) {
    absl::StrAppend(&piece_, is_first_ ? "\n" : ",\n", MessageAsJson(event));
    is_first_ = false;
    if (piece_.size() < kPieceSize) return true;
    const bool taken = output_(piece_);
    piece_.clear();
    return taken;
  }

  const Timeline& timeline_;
  ExportOutput output_;
  std::vector<bool> is_open_;  // by track: a slice is
  bool is_first_ = true;
  std::string piece_;
};

}  // namespace

absl::Status ExportChrome(const Trace& trace, const ExportOptions& options,
                          ExportOutput output) {
  if (absl::Status status = HasEvents(trace); !status.ok()) return status;
  const Timeline timeline(trace, options.clock);
  ChromeWriter writer(timeline, output);
  const bool taken =
      writer.WriteHeader() &&
      timeline.Walk(
          [&](const TimelineItem& item) { return writer.WriteItem(item); },
          options.progress) &&
      writer.WriteEnd();
  return taken ? absl::OkStatus() : OutputRefused();
}

}  // namespace orrery
