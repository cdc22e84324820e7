// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/timeline.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/task_report.h"

namespace orrery {
namespace {

constexpr int64_t kLastTime = std::numeric_limits<int64_t>::max();
// How many events are done between two calls of `progress`.
constexpr size_t kProgressInterval = 1 << 14;

constexpr absl::string_view kCategoryNames[] = {
    "run",     "wait", "ready", "wake", "spawn",   "choice",
    "message", "node", "fault", "log",  "failure", "other"};
static_assert(std::size(kCategoryNames) == kTimelineCategories);

// Which category an event belongs to that is an instant.
struct Categorize {
  using C = TimelineCategory;
  C operator()(const event::Woken&) const { return C::kWake; }
  C operator()(const event::CancelRequested&) const { return C::kWake; }
  C operator()(const event::Spawned&) const { return C::kSpawn; }
  C operator()(const event::Chosen&) const { return C::kChoice; }
  C operator()(const event::MessageSent&) const { return C::kMessage; }
  C operator()(const event::MessageDelivered&) const { return C::kMessage; }
  C operator()(const event::MessageDropped&) const { return C::kMessage; }
  C operator()(const event::MessageCopied&) const { return C::kMessage; }
  C operator()(const event::NodeMade&) const { return C::kNode; }
  C operator()(const event::NodeChanged&) const { return C::kNode; }
  C operator()(const event::Faulted&) const { return C::kFault; }
  C operator()(const event::Logged&) const { return C::kLog; }
  C operator()(const event::Failed&) const { return C::kFailure; }
  template <typename Other>
  C operator()(const Other&) const {
    return C::kOther;
  }
};

// From "bank/transfer.cc:41 Transfer", as reports have it.
TimelineFrame FrameOf(absl::string_view text) {
  TimelineFrame frame;
  const size_t space = text.find(' ');
  const absl::string_view place = text.substr(0, space);
  if (space != absl::string_view::npos) {
    frame.function = std::string(text.substr(space + 1));
  }
  const size_t colon = place.rfind(':');
  if (colon != absl::string_view::npos &&
      absl::SimpleAtoi(place.substr(colon + 1), &frame.line)) {
    frame.file = std::string(place.substr(0, colon));
  } else {
    frame.file = std::string(place);
  }
  return frame;
}

// Where `task` stood when it failed at `site`, innermost first.
std::vector<TimelineFrame> StackOf(const Trace& trace, TaskId task,
                                   const std::string& site) {
  std::vector<TimelineFrame> stack;
  if (!site.empty()) stack.push_back(FrameOf(site));
  for (const TaskReport& report : trace.not_done) {
    if (report.id != task) continue;
    for (const std::string& frame : report.stack) {
      // The failure is told more exactly than where its function was suspended.
      const bool again = stack.size() == 1 && &frame == &report.stack.front() &&
                         stack.front().function == FrameOf(frame).function;
      if (!again) stack.push_back(FrameOf(frame));
    }
  }
  return stack;
}

// The numbers of arrows: those of messages are odd, those of events even.
uint64_t MessageArrow(MessageId id) { return id.value * 2 + 1; }
uint64_t EventArrow(uint64_t number) { return number * 2 + 2; }

// Gives each event its place on the time axis.
class TimeAxis {
 public:
  explicit TimeAxis(ExportClock clock) : clock_(clock) {}

  int64_t At(SimTime time, uint64_t number) {
    int64_t ts = std::max<int64_t>(time.ns, 0);
    if (clock_ == ExportClock::kStep) {
      ts = number > static_cast<uint64_t>(kLastTime) / 1000
               ? kLastTime
               : static_cast<int64_t>(number) * 1000;
    }
    const int64_t first = clock_ == ExportClock::kSim || !last_.has_value()
                              ? last_.value_or(0)
                          : *last_ == kLastTime ? kLastTime
                                                : *last_ + 1;
    last_ = std::max(ts, first);
    return *last_;
  }
  // What comes after all events.
  int64_t End() {
    if (clock_ == ExportClock::kSim || !last_.has_value() ||
        *last_ == kLastTime) {
      return last_.value_or(0);
    }
    return *last_ + 1;
  }

 private:
  ExportClock clock_;
  std::optional<int64_t> last_;
};

}  // namespace

absl::string_view TimelineCategoryName(TimelineCategory category) {
  return kCategoryNames[static_cast<size_t>(category)];
}

// ---- What there is ----------------------------------------------------------

Timeline::Timeline(const Trace& trace, ExportClock clock)
    : trace_(trace), clock_(clock) {
  AddNode(NodeId(), "simulation");
  AddTrack(NodeId(), "scheduler");
  for (const TraceEvent& event : trace.before) names_.Learn(event);
  for (const TraceEvent& event : trace.before) LearnMade(event);
  for (size_t i = 0; i < trace.events.size(); ++i) {
    const TraceEvent& event = trace.events[i];
    names_.Learn(event);
    if (std::holds_alternative<event::Suspended>(event.what) ||
        std::holds_alternative<event::Finished>(event.what)) {
      last_pause_[event.task.value] = i;
    }
  }
  for (size_t i = 0; i < trace.events.size(); ++i) Learn(i);
}

bool Timeline::IsWithinStep(size_t index) const {
  const TraceEvent& event = trace_.events[index];
  if (!entities_.at(event.task.value).is_task ||
      std::holds_alternative<event::Resumed>(event.what) ||
      std::holds_alternative<event::Suspended>(event.what) ||
      std::holds_alternative<event::Finished>(event.what)) {
    return false;
  }
  const auto pause = last_pause_.find(event.task.value);
  return pause != last_pause_.end() && pause->second > index;
}

uint32_t Timeline::AddTrack(NodeId node, std::string name) {
  AddNode(node, names_.Node(node));
  tracks_.push_back({node, std::move(name)});
  return static_cast<uint32_t>(tracks_.size() - 1);
}

void Timeline::AddNode(NodeId node, const std::string& name) {
  if (node_index_.emplace(node.value, nodes_.size()).second) {
    nodes_.push_back(
        {node, name.empty() ? absl::StrCat("node ", node.value) : name});
  }
}

uint32_t Timeline::SharedTrack(absl::flat_hash_map<uint32_t, uint32_t>& tracks,
                               NodeId node, absl::string_view name) {
  const auto [found, is_new] = tracks.emplace(node.value, 0);
  if (is_new) found->second = AddTrack(node, std::string(name));
  return found->second;
}

void Timeline::LearnEntity(TaskId id, const event::Spawned* spawned) {
  if (!id || entities_.contains(id.value)) return;
  const NodeId node = spawned != nullptr ? spawned->node : NodeId();
  const bool is_task = spawned == nullptr || spawned->kind == EntityKind::kTask;
  const uint32_t track = is_task ? AddTrack(node, names_.Task(id))
                                 : SharedTrack(callbacks_, node, "callbacks");
  entities_.emplace(id.value, Entity{track, is_task});
}

NodeId Timeline::NodeOf(const TraceEvent& event) const {
  return std::visit(
      [this](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<What, event::NodeMade>) {
          return what.id;
        } else if constexpr (std::is_same_v<What, event::NodeChanged> ||
                             std::is_same_v<What, event::FileAccessed> ||
                             std::is_same_v<What, event::Faulted>) {
          return what.node;
        } else if constexpr (std::is_same_v<What, event::MessageSent>) {
          return what.from;
        } else if constexpr (std::is_same_v<What, event::MessageDelivered>) {
          const auto found = destinations_.find(what.id.value);
          return found != destinations_.end() ? found->second : NodeId();
        } else {
          return NodeId();
        }
      },
      event.what);
}

void Timeline::LearnMade(const TraceEvent& event) {
  if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
    LearnEntity(spawned->id, spawned);
  } else if (const auto* made = std::get_if<event::NodeMade>(&event.what)) {
    AddNode(made->id, names_.Node(made->id));
  } else if (const auto* sent = std::get_if<event::MessageSent>(&event.what)) {
    destinations_.emplace(sent->id.value, sent->to);
  } else if (const auto* copied =
                 std::get_if<event::MessageCopied>(&event.what)) {
    const auto found = destinations_.find(copied->id.value);
    const NodeId to = found != destinations_.end() ? found->second : NodeId();
    destinations_.emplace(copied->copy.value, to);
  }
}

void Timeline::Learn(size_t index) {
  const TraceEvent& event = trace_.events[index];
  LearnEntity(event.task, nullptr);
  LearnMade(event);
  if (std::holds_alternative<event::Resumed>(event.what)) {
    last_step_[event.task.value] = index;
  } else if (std::holds_alternative<event::Failed>(event.what)) {
    has_failure_ = true;
  } else if (const auto* delivered =
                 std::get_if<event::MessageDelivered>(&event.what)) {
    last_arrival_[delivered->id.value] = index;
  } else if (const auto* dropped =
                 std::get_if<event::MessageDropped>(&event.what)) {
    last_arrival_[dropped->id.value] = index;
  }
  if (event.task) {
    if (first_act_.emplace(event.task.value, index).second &&
        IsWithinStep(index)) {
      begun_before_[event.task.value] = index;
      last_step_[event.task.value] = index;
    }
    return;
  }
  const NodeId node = NodeOf(event);
  if (node) SharedTrack(machines_, node, "machine");
}

uint32_t Timeline::TrackOf(const TraceEvent& event) const {
  if (event.task) return entities_.at(event.task.value).track;
  const NodeId node = NodeOf(event);
  return node ? machines_.at(node.value) : 0;
}

std::string Timeline::Title() const {
  const TraceHeader& header = trace_.header;
  std::string title =
      absl::StrCat(header.suite, header.suite.empty() ? "" : ".", header.test,
                   header.test.empty() ? "seed " : ", seed ", header.seed.value,
                   ", scheduler ", header.scheduler);
  if (!trace_.footer.has_value()) {
    return absl::StrCat(title, ": the process died before the run was over");
  }
  return absl::StrCat(title, ": ", OutcomeName(trace_.footer->outcome),
                      " after ", FormatSimTime(trace_.footer->elapsed));
}

// ---- What happens -----------------------------------------------------------

class Timeline::Walker {
 public:
  Walker(const Timeline& timeline,
         absl::FunctionRef<bool(const TimelineItem&)> take)
      : timeline_(timeline),
        take_(take),
        axis_(timeline.clock_),
        open_(timeline.tracks_.size()) {}

  bool Take(size_t index) {
    const Trace& trace = timeline_.trace_;
    event_ = &trace.events[index];
    index_ = index;
    item_ = TimelineItem();
    item_.event = event_;
    item_.number = trace.first_event + index;
    item_.ts = axis_.At(event_->time, item_.number);
    item_.track = timeline_.TrackOf(*event_);
    item_.site = EventSite(*event_);
    const auto begun = timeline_.begun_before_.find(event_->task.value);
    if (begun != timeline_.begun_before_.end() && begun->second == index &&
        !Begin()) {
      return false;
    }
    return std::visit([this](const auto& what) { return On(what); },
                      event_->what);
  }

  // Closes what is open, and says how the run ended if no event has.
  bool End() {
    const Trace& trace = timeline_.trace_;
    item_ = TimelineItem();
    item_.ts = axis_.End();
    if (trace.footer.has_value() && trace.footer->failure.has_value()) {
      if (!timeline_.has_failure_) {
        const TraceFailure& failure = *trace.footer->failure;
        item_.category = TimelineCategory::kFailure;
        item_.name = OneLine(absl::StrCat("FAILURE: ", failure.message));
        item_.site = failure.site;
        if (!failure.site.empty()) item_.stack = {FrameOf(failure.site)};
        if (!take_(item_)) return false;
      }
    } else if (!trace.footer.has_value()) {
      item_.category = TimelineCategory::kFailure;
      item_.name = "the trace ends here: the process died";
      item_.text = trace.damage;
      if (!take_(item_)) return false;
    }
    for (uint32_t track = 0; track < open_.size(); ++track) {
      item_ = TimelineItem();
      item_.track = track;
      item_.ts = axis_.End();
      if (!Close()) return false;
    }
    return true;
  }

 private:
  static std::string OneLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
  }

  // Ends the slice that is open on the item's track, if one is.
  bool Close() {
    if (!open_[item_.track]) return true;
    open_[item_.track] = false;
    item_.type = TimelineItem::Type::kEnd;
    return take_(item_);
  }
  bool Open(TimelineCategory category, std::string name) {
    open_[item_.track] = true;
    item_.type = TimelineItem::Type::kBegin;
    item_.category = category;
    item_.name = std::move(name);
    item_.text.clear();
    return take_(item_);
  }
  bool Instant() {
    item_.type = TimelineItem::Type::kInstant;
    item_.category = std::visit(Categorize(), event_->what);
    item_.name = EventText(*event_, timeline_.names_);
    return take_(item_);
  }

  // A step of the acting task.
  bool Begin() {
    if (!Close()) return false;
    const auto pending = pending_.find(event_->task.value);
    if (pending != pending_.end()) {
      item_.arrows_to = std::move(pending->second);
      pending_.erase(pending);
    }
    const bool taken =
        Open(TimelineCategory::kRun, timeline_.names_.Task(event_->task));
    item_.arrows_to.clear();
    return taken;
  }

  bool On(const event::Resumed&) { return Begin(); }
  bool On(const event::Suspended& suspended) {
    item_.text = EventText(*event_, timeline_.names_);
    std::string name = item_.text;
    if (!Close()) return false;
    const auto entity = timeline_.entities_.find(event_->task.value);
    if (entity == timeline_.entities_.end() || !entity->second.is_task ||
        suspended.wait == WaitKind::kNothing) {
      return true;
    }
    return Open(suspended.wait == WaitKind::kTurn ? TimelineCategory::kReady
                                                  : TimelineCategory::kWait,
                std::move(name));
  }
  bool On(const event::Finished&) {
    if (!open_[item_.track]) return Instant();
    item_.text = EventText(*event_, timeline_.names_);
    return Close();
  }
  bool On(const event::Woken& woken) { return Leads(woken.task); }
  bool On(const event::Spawned& spawned) { return Leads(spawned.id); }
  bool On(const event::MessageSent& sent) { return Departs(sent.id); }
  bool On(const event::MessageCopied& copied) { return Departs(copied.copy); }
  bool On(const event::MessageDelivered& delivered) {
    return Arrives(delivered.id);
  }
  bool On(const event::MessageDropped& dropped) { return Arrives(dropped.id); }
  bool On(const event::Failed&) {
    item_.stack = StackOf(timeline_.trace_, event_->task, item_.site);
    return Instant();
  }
  template <typename Other>
  bool On(const Other&) {
    return Instant();
  }

  // To the next step of `task`, if there is one.
  bool Leads(TaskId task) {
    const auto last = timeline_.last_step_.find(task.value);
    if (last != timeline_.last_step_.end() && last->second > index_) {
      item_.arrows_from = {EventArrow(item_.number)};
      pending_[task.value].push_back(item_.arrows_from.front());
    }
    return Instant();
  }
  // To where the message arrives, if it does.
  bool Departs(MessageId id) {
    const auto last = timeline_.last_arrival_.find(id.value);
    if (last != timeline_.last_arrival_.end() && last->second > index_ &&
        under_way_.emplace(id.value, true).second) {
      item_.arrows_from = {MessageArrow(id)};
    }
    return Instant();
  }
  bool Arrives(MessageId id) {
    const auto sent = under_way_.find(id.value);
    if (sent != under_way_.end() && sent->second) {
      sent->second = false;  // and never again
      item_.arrows_to = {MessageArrow(id)};
    }
    return Instant();
  }

  const Timeline& timeline_;
  absl::FunctionRef<bool(const TimelineItem&)> take_;
  TimeAxis axis_;
  std::vector<bool> open_;  // by track: a slice is
  // The arrows that lead to a task's next step.
  absl::flat_hash_map<uint32_t, std::vector<uint64_t>> pending_;
  absl::flat_hash_map<uint64_t, bool> under_way_;  // by message
  const TraceEvent* event_ = nullptr;
  size_t index_ = 0;
  TimelineItem item_;
};

bool Timeline::Walk(
    absl::FunctionRef<bool(const TimelineItem&)> take,
    const std::function<void(uint64_t, uint64_t)>& progress) const {
  Walker walker(*this, take);
  const size_t all = trace_.events.size();
  for (size_t i = 0; i < all; ++i) {
    if (progress && i % kProgressInterval == 0) progress(i, all);
    if (!walker.Take(i)) return false;
  }
  if (!walker.End()) return false;
  if (progress) progress(all, all);
  return true;
}

}  // namespace orrery
