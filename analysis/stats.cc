// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/stats.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/analysis/names_before.h"
#include "orrery/base/choice.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

using Counts = std::map<std::string, uint64_t, std::less<>>;

void Count(absl::string_view name, Counts& counts) {
  const auto found = counts.find(name);
  if (found != counts.end()) {
    ++found->second;
  } else {
    counts.emplace(name, 1);
  }
}

std::vector<NamedCount> Sorted(const Counts& counts) {
  std::vector<NamedCount> sorted;
  for (const auto& [name, count] : counts) sorted.push_back({name, count});
  std::sort(sorted.begin(), sorted.end(),
            [](const NamedCount& a, const NamedCount& b) {
              return std::tie(b.count, a.name) < std::tie(a.count, b.name);
            });
  return sorted;
}

int64_t Between(SimTime from, SimTime to) {
  int64_t ns = 0;
  // A damaged trace may have any times.
  return __builtin_sub_overflow(to.ns, from.ns, &ns) ? 0
                                                     : std::max<int64_t>(ns, 0);
}

int64_t Sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? SimTime::Infinite().ns : sum;
}

class Counter {
 public:
  explicit Counter(const Trace& trace) : names_(NamesBefore(trace)) {}

  void Add(const TraceEvent& event) {
    names_.Learn(event);
    now_ = std::max(now_, event.time);
    ++stats_.events;
    ++by_kind_[event.what.index()];
    kind_names_[event.what.index()] = EventKindName(event);
    actor_ = event.task;
    if (actor_) ++TaskOf(actor_).events;
    std::visit(*this, event.what);
  }

  void operator()(const event::Spawned& e) { TaskOf(e.id).kind = e.kind; }
  void operator()(const event::Resumed&) {
    if (!actor_) return;
    ++stats_.steps;
    EndWait(actor_);
    ++TaskOf(actor_).steps;
  }
  void operator()(const event::Suspended& e) {
    if (!actor_ || e.wait == WaitKind::kTurn || e.wait == WaitKind::kNothing) {
      return;
    }
    const Thing thing = {e.wait, e.object};
    const auto [begun, is_new] =
        waiting_.try_emplace(actor_, Wait{thing, now_, stats_.steps});
    if (!is_new) return;  // it cannot wait twice
    ThingState& state = StateOf(thing);
    ++state.stats.count;
    state.stats.most_at_once = std::max(state.stats.most_at_once, ++state.now);
    ++TaskOf(actor_).waits;
  }
  void operator()(const event::Woken& e) { EndWait(e.task); }
  void operator()(const event::Finished&) { EndWait(actor_); }
  void operator()(const event::MessageSent&) { ++stats_.sent; }
  void operator()(const event::MessageDelivered&) { ++stats_.delivered; }
  void operator()(const event::MessageCopied&) { ++stats_.copied; }
  void operator()(const event::MessageDropped& e) {
    ++stats_.dropped;
    Count(OneLine(e.why), drops_);
  }
  void operator()(const event::Faulted& e) { Count(OneLine(e.what), faults_); }
  void operator()(const event::NodeChanged& e) {
    if (e.state == NodeState::kUp) return;
    Count(absl::StrCat(names_.Node(e.node), " ", NodeStateVerb(e.state)),
          faults_);
  }
  template <typename Other>
  void operator()(const Other&) {}

  TraceStats Finish(const Schedule& schedule) {
    stats_.elapsed = now_;
    stats_.choices = schedule.choices.size();
    CountChoices(schedule);
    Counts kinds;
    for (const auto& [kind, count] : by_kind_) {
      kinds.emplace(kind_names_[kind], count);
    }
    stats_.events_by_kind = Sorted(kinds);
    stats_.drops_by_reason = Sorted(drops_);
    stats_.faults = Sorted(faults_);
    FinishWaits();
    for (TaskStats& task : tasks_) {
      task.name = names_.Task(task.id);
      stats_.tasks.push_back(std::move(task));
    }
    std::sort(stats_.tasks.begin(), stats_.tasks.end(),
              [](const TaskStats& a, const TaskStats& b) {
                return std::tie(b.steps, a.id) < std::tie(a.steps, b.id);
              });
    return std::move(stats_);
  }

 private:
  using Thing = std::pair<WaitKind, uint32_t>;
  struct ThingState {
    Thing thing;
    WaitStats stats;
    uint64_t now = 0;  // how many wait for it
  };
  struct Wait {
    Thing thing;
    SimTime since;
    uint64_t since_step = 0;
  };

  TaskStats& TaskOf(TaskId id) {
    const auto [found, is_new] = task_index_.try_emplace(id, tasks_.size());
    if (is_new) tasks_.emplace_back().id = id;
    return tasks_[found->second];
  }
  ThingState& StateOf(Thing thing) {
    const auto [found, is_new] =
        thing_index_.try_emplace(thing, things_.size());
    if (is_new) things_.emplace_back().thing = thing;
    return things_[found->second];
  }

  void EndWait(TaskId task) {
    const auto found = waiting_.find(task);
    if (found == waiting_.end()) return;
    AddWait(task, found->second);
    --StateOf(found->second.thing).now;
    waiting_.erase(found);
  }
  void AddWait(TaskId task, const Wait& wait) {
    WaitStats& stats = StateOf(wait.thing).stats;
    const int64_t ns = Between(wait.since, now_);
    stats.total_ns = Sum(stats.total_ns, ns);
    stats.longest_ns = std::max(stats.longest_ns, ns);
    stats.total_steps += stats_.steps - wait.since_step;
    TaskStats& waiter = TaskOf(task);
    waiter.waited_ns = Sum(waiter.waited_ns, ns);
  }

  void FinishWaits() {
    // Each is on its own, so their order does not matter.
    for (const auto& [task, wait] : waiting_) {
      AddWait(task, wait);
      ++StateOf(wait.thing).stats.open;
    }
    std::sort(things_.begin(), things_.end(),
              [](const ThingState& a, const ThingState& b) {
                return std::tie(b.stats.total_ns, b.stats.total_steps,
                                a.thing) <
                       std::tie(a.stats.total_ns, a.stats.total_steps, b.thing);
              });
    for (ThingState& state : things_) {
      state.stats.on = NameOf(state.thing);
      stats_.waits.push_back(std::move(state.stats));
    }
  }
  std::string NameOf(Thing thing) const {
    const auto [kind, object] = thing;
    if (object == 0) return std::string(WaitName(kind));
    return absl::StrCat(WaitPrefix(kind),
                        kind == WaitKind::kJoin
                            ? names_.Task(TaskId(object))
                            : names_.Object(ObjectId(object)));
  }

  void CountChoices(const Schedule& schedule) {
    absl::flat_hash_map<std::pair<ChoiceKind, uint32_t>, uint64_t> counts;
    for (const ScheduledChoice& choice : schedule.choices) {
      ++counts[{choice.kind, choice.site}];
    }
    Counts named;
    for (const auto& [what, count] : counts) {
      const auto& [kind, site] = what;
      const std::string label = OneLine(schedule.sites[site]);
      named[absl::StrCat(ChoiceName(kind), label.empty() ? "" : " \"", label,
                         label.empty() ? "" : "\"")] += count;
    }
    stats_.choices_by_label = Sorted(named);
  }

  TraceStats stats_;
  TraceNames names_;
  TaskId actor_;
  SimTime now_;
  std::map<size_t, uint64_t> by_kind_;
  std::map<size_t, absl::string_view> kind_names_;
  Counts drops_;
  Counts faults_;
  std::vector<TaskStats> tasks_;
  absl::flat_hash_map<TaskId, size_t> task_index_;
  std::vector<ThingState> things_;
  absl::flat_hash_map<Thing, size_t> thing_index_;
  absl::flat_hash_map<TaskId, Wait> waiting_;
};

}  // namespace

TraceStats CountAll(const Trace& trace) {
  Counter counter(trace);
  for (const TraceEvent& event : trace.events) counter.Add(event);
  return counter.Finish(trace.schedule);
}

}  // namespace orrery
