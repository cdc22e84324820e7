// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/sample_reports.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "orrery/base/prng.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/format.h"

namespace orrery {
namespace {

constexpr char kFile[] = "examples/cluster/replica.cc";

TraceHeader Header(absl::string_view test) {
  TraceHeader header;
  header.level = TraceLevel::kEvents;
  header.suite = "ReportTest";
  header.test = std::string(test);
  header.seed = Seed(42);
  header.scheduler = "random";
  header.ordered = true;
  return header;
}

// Writes down the events of a cluster as a run would bring them about.
class Cluster {
 public:
  explicit Cluster(size_t count) : count_(count), prng_(7) {
    trace_.name = "cluster.orrery";
    trace_.header = Header("ElectsOneLeader");
    trace_.header.target = "//examples/cluster:replica_test";
    trace_.events.reserve(count + 100);
  }

  Trace Make() {
    Add(TaskId(),
        event::Spawned{TaskId(1), EntityId(1), EntityKind::kTask, NodeId(),
                       "main", Site(20, "Main"), SimTime()});
    Add(TaskId(1), event::Resumed());
    for (uint16_t node = 1; node <= kNodes; ++node) AddNode(NodeId(node));
    Add(TaskId(1),
        event::Suspended{WaitKind::kAll, 0, SimTime(), Site(31, "Main")});
    const size_t crash = count_ * 6 / 10;
    const size_t recovery = count_ * 7 / 10;
    const size_t failure = count_ * 9 / 10;
    int stage = 0;
    while (trace_.events.size() < count_) {
      if (stage == 0 && trace_.events.size() >= crash) {
        Add(TaskId(), event::Faulted{"power loss", NodeId(2)});
        Add(TaskId(), event::NodeChanged{NodeId(2), NodeState::kCrashed, 1});
        ++stage;
      } else if (stage == 1 && trace_.events.size() >= recovery) {
        Add(TaskId(), event::NodeChanged{NodeId(2), NodeState::kUp, 2});
        ++stage;
      }
      const bool fails = stage == 2 && trace_.events.size() >= failure;
      if (fails) ++stage;
      Step(fails);
    }
    Finish();
    return std::move(trace_);
  }

 private:
  static constexpr uint16_t kNodes = 5;
  static constexpr uint32_t kTasksPerNode = 6;
  static constexpr const char* kTasks[] = {"election", "apply",  "log",
                                           "rpc",      "ticker", "snapshot"};
  static constexpr const char* kTypes[] = {"RequestVote", "AppendEntries",
                                           "Ack", "InstallSnapshot"};

  struct Flight {
    MessageId id;
    NodeId to;
  };

  static SiteText Site(uint32_t line, const char* function) {
    return {kFile, function, line};
  }

  template <typename What>
  void Add(TaskId task, What what) {
    TraceEvent event;
    event.time = now_;
    event.task = task;
    event.what = what;
    trace_.events.push_back(event);
  }

  void AddNode(NodeId node) {
    const auto name = [&](absl::string_view text) -> absl::string_view {
      return trace_.texts.emplace_back(text);
    };
    Add(TaskId(),
        event::NodeMade{node, name(absl::StrCat("replica-", node.value))});
    Add(TaskId(), event::NodeChanged{node, NodeState::kUp, 1});
    for (uint32_t i = 0; i < kTasksPerNode; ++i) {
      const TaskId id(static_cast<uint32_t>(last_task_ + 1));
      last_task_ = id.value;
      Add(TaskId(1),
          event::Spawned{id, EntityId(id.value), EntityKind::kTask, node,
                         kTasks[i], Site(25 + i, "Main"), SimTime()});
      ready_.push_back(id);
    }
  }

  NodeId NodeOf(TaskId task) const {
    return NodeId(static_cast<uint16_t>((task.value - 2) / kTasksPerNode + 1));
  }

  // One task runs.
  void Step(bool fails) {
    if (ready_.empty()) {
      now_ = SimTime(now_.ns + 1'000'000 +
                     static_cast<int64_t>(prng_.Below(5'000'000)));
      for (TaskId task : waiting_) {
        Add(TaskId(), event::Woken{task});
        ready_.push_back(task);
      }
      waiting_.clear();
      return;
    }
    size_t chosen = 0;
    if (ready_.size() > 1) {
      const size_t n = std::min<size_t>(ready_.size(), 8);
      chosen = prng_.Below(n);
      event::Chosen choice;
      choice.choice.n = n;
      choice.choice.chosen = chosen;
      choice.candidates = trace_.lists.emplace_back(
          ready_.begin(), ready_.begin() + static_cast<ptrdiff_t>(n));
      Add(TaskId(), choice);
    }
    const TaskId task = ready_[chosen];
    ready_.erase(ready_.begin() + static_cast<ptrdiff_t>(chosen));
    Add(task, event::Resumed());
    Work(task, fails);
    waiting_.push_back(task);
    Add(task,
        event::Suspended{WaitKind::kSleep, 0, SimTime(now_.ns + 5'000'000),
                         Site(60, "Replica::Tick")});
  }

  void Work(TaskId task, bool fails) {
    const NodeId node = NodeOf(task);
    for (size_t i = 0; i < flights_.size(); ++i) {
      if (flights_[i].to != node) continue;
      const MessageId id = flights_[i].id;
      flights_.erase(flights_.begin() + static_cast<ptrdiff_t>(i));
      if (prng_.Below(12) == 0) {
        Add(TaskId(), event::MessageDropped{id, "partition"});
      } else {
        Add(task, event::MessageDelivered{id, Site(88, "Replica::Receive")});
      }
      break;
    }
    if (prng_.Below(3) == 0) {
      const NodeId to(static_cast<uint16_t>(prng_.Below(kNodes) + 1));
      const MessageId id(++last_message_);
      Add(task, event::MessageSent{id, node, to, kTypes[prng_.Below(4)], 96,
                                   prng_.Next(), Site(71, "Replica::Send")});
      flights_.push_back({id, to});
    }
    if (prng_.Below(6) == 0) {
      Add(task,
          event::Logged{"term 3: vote granted", Site(93, "Replica::Vote")});
    }
    if (fails) {
      Add(task,
          event::Failed{"Expected equality of these values:\n  leaders.size()\n"
                        "    Which is: 2\n  1\ntwo leaders in term 3",
                        Site(220, "ElectsOneLeader")});
    }
  }

  void Finish() {
    TraceFooter footer;
    footer.events = trace_.events.size();
    footer.steps = trace_.events.size() / 4;
    footer.elapsed = now_;
    footer.outcome = Outcome::kFailed;
    TraceFailure failure;
    failure.message =
        "Expected equality of these values:\n  leaders.size()\n"
        "    Which is: 2\n  1\ntwo leaders in term 3";
    for (size_t i = 0; i < trace_.events.size(); ++i) {
      const TraceEvent& event = trace_.events[i];
      if (!std::holds_alternative<event::Failed>(event.what)) continue;
      footer.failed_event = i;
      failure.time = event.time;
      failure.step = i / 4;
      failure.task =
          absl::StrCat(kTasks[(event.task.value - 2) % kTasksPerNode], "#",
                       event.task.value);
      failure.site = absl::StrCat(kFile, ":220");
    }
    footer.failure = failure;
    trace_.footer = footer;
  }

  const size_t count_;
  Prng prng_;
  Trace trace_;
  SimTime now_;
  uint32_t last_task_ = 1;
  uint64_t last_message_ = 0;
  std::vector<TaskId> ready_;
  std::vector<TaskId> waiting_;
  std::vector<Flight> flights_;
};

}  // namespace

Trace EmptyTrace() {
  Trace trace;
  trace.name = "empty.orrery";
  trace.header = Header("NeverBegan");
  return trace;
}

Trace OneTaskTrace() {
  Trace trace;
  trace.name = "one.orrery";
  trace.header = Header("EndsAtOnce");
  const TaskId main(1);
  trace.events.resize(3);
  trace.events[0].what =
      event::Spawned{main,   EntityId(1),           EntityKind::kTask, NodeId(),
                     "main", {"one.cc", "Main", 3}, SimTime()};
  trace.events[1].task = main;
  trace.events[1].what = event::Resumed();
  trace.events[2].task = main;
  trace.events[2].what = event::Finished();
  TraceFooter footer;
  footer.events = 3;
  footer.steps = 1;
  footer.outcome = Outcome::kCompleted;
  trace.footer = footer;
  return trace;
}

Trace HostileTrace() {
  Trace trace;
  const std::string texts[] = {
      absl::StrCat("</script><script>document.title='", kHostileMark,
                   "'</script>"),
      absl::StrCat("\"><img src=x onerror=\"document.title='", kHostileMark,
                   "'\">"),
      absl::StrCat("<!--<script>", kHostileMark, "{{data}}{{script}}"),
      absl::StrCat("line\xe2\x80\xa8separator\xe2\x80\xa9", kHostileMark),
      absl::StrCat("no UTF-8 \xff\xfe\xc3 ", kHostileMark, "\xe2\x82"),
      absl::StrCat("\xe2\x80\xaetuo edisni \xe2\x80\xac", kHostileMark),
      absl::StrCat(std::string("nul \0 bell \a", 12), kHostileMark),
      absl::StrCat("javascript:", kHostileMark, "'\\'\";&lt;&amp;"),
      absl::StrCat(std::string(100'000, 'x'), kHostileMark),
  };
  const auto keep = [&](const std::string& text) -> absl::string_view {
    return trace.texts.emplace_back(text);
  };
  trace.name = texts[1];
  trace.header = Header(texts[0]);
  trace.header.suite = texts[1];
  trace.header.scheduler = texts[0];
  trace.header.target = texts[2];
  trace.header.param = texts[5];
  trace.damage = texts[0];
  const auto add = [&](TaskId task, TraceEvent::What what) {
    TraceEvent event;
    event.task = task;
    event.what = what;
    trace.events.push_back(event);
  };
  uint32_t id = 0;
  for (const std::string& text : texts) {
    const absl::string_view name = keep(text);
    const SiteText site(name, name, 7);
    const TaskId task(++id);
    add(TaskId(), event::NodeMade{NodeId(static_cast<uint16_t>(id)), name});
    add(TaskId(), event::Spawned{task, EntityId(id), EntityKind::kTask,
                                 NodeId(static_cast<uint16_t>(id)), name, site,
                                 SimTime()});
    add(task, event::Resumed());
    add(task, event::ObjectMade{ObjectId(id), ObjectKey(id), name, name, site});
    add(task, event::Logged{name, site});
    add(task, event::SpanBegun{SpanId(id), SpanId(), name});
    add(task, event::MessageSent{MessageId(id), NodeId(), NodeId(1), name, 1, 1,
                                 site});
    add(TaskId(), event::MessageDropped{MessageId(id), name});
    add(TaskId(), event::Faulted{name, NodeId(1)});
    add(task, event::Suspended{WaitKind::kMutex, id, SimTime(), site});
    TaskReport report;
    report.id = task;
    report.name = text;
    report.waits_for = text;
    report.held_by = text;
    report.stack = {text, text};
    report.spawned_at = text;
    report.awaited_by = {text};
    trace.not_done.push_back(report);
  }
  add(TaskId(1), event::Failed{keep(texts[0]), {keep(texts[1]), "", 1}});
  trace.not_done_count = trace.not_done.size();
  TraceFooter footer;
  footer.events = trace.events.size();
  footer.outcome = Outcome::kFailed;
  TraceFailure failure;
  for (const std::string& text : texts) {
    absl::StrAppend(&failure.message, text.substr(0, 200), "\n");
  }
  failure.task = texts[0];
  failure.site = texts[1];
  footer.failure = failure;
  trace.footer = footer;
  return trace;
}

Trace ClusterTrace(size_t count) { return Cluster(count).Make(); }

}  // namespace orrery
