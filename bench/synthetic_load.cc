// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/synthetic_load.h"

#include <iterator>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/prng.h"
#include "orrery/base/source_site.h"

namespace orrery {
namespace {

constexpr uint32_t kNodes = 5;
constexpr uint32_t kTasks = 40;
constexpr size_t kEventsPerInstant = 22;
constexpr size_t kChoicesPerThousand = 127;

constexpr absl::string_view kNodeNames[] = {
    "replica-1", "replica-2", "replica-3", "client-1", "client-2"};
constexpr absl::string_view kTaskNames[] = {"main",  "apply",     "election",
                                            "serve", "heartbeat", "compact",
                                            "log",   "ping"};
constexpr absl::string_view kMessages[] = {"AppendEntries", "RequestVote",
                                           "Ack", "Read"};
constexpr const char* kFunctions[] = {"Apply", "Campaign", "Serve", "Beat"};

class Generator {
 public:
  Generator(size_t n, uint64_t seed) : n_(n), prng_(seed) {}

  std::vector<TraceEvent> Run() {
    events_.reserve(n_);
    Begin();
    while (events_.size() < n_) Instant();
    events_.resize(n_, {});
    return std::move(events_);
  }

 private:
  void Add(TaskId task, TraceEvent::What what) {
    events_.push_back({now_, task, std::move(what)});
  }

  SiteText Site() {
    const size_t place = prng_.Below(60);
    return {"raft/node.cc", kFunctions[place % std::size(kFunctions)],
            static_cast<uint32_t>(100 + place)};
  }

  void Begin() {
    for (uint16_t node = 0; node < kNodes; ++node) {
      Add({}, event::NodeMade{NodeId(node + 1), kNodeNames[node]});
    }
    for (uint32_t id = 1; id <= kTasks; ++id) {
      event::Spawned spawned;
      spawned.id = TaskId(id);
      spawned.entity = EntityId(prng_.Next());
      spawned.node = NodeId(static_cast<uint16_t>(1 + (id - 1) % kNodes));
      spawned.name = kTaskNames[(id - 1) / kNodes];
      spawned.site = Site();
      Add({}, spawned);
      Add({}, event::ObjectMade{ObjectId(id), ObjectKey(prng_.Next()), "Queue",
                                "", Site()});
      ready_.push_back(TaskId(id));
    }
  }

  void Instant() {
    const size_t begin = events_.size();
    while (!ready_.empty()) {
      Step(PickNext(), events_.size() - begin + 14 < kEventsPerInstant);
    }
    now_.ns += static_cast<int64_t>(1 + prng_.Below(2'000'000));
    for (int i = 0; i < 3; ++i) Wake({});
  }

  TaskId PickNext() {
    size_t chosen = 0;
    if (ready_.size() > 1 &&
        choices_ * 1000 <= events_.size() * kChoicesPerThousand) {
      chosen = prng_.Below(ready_.size());
      Choose({ChoiceKind::kNextEntity, ready_.size(), chosen});
    }
    const TaskId task = ready_[chosen];
    ready_.erase(ready_.begin() + static_cast<ptrdiff_t>(chosen));
    return task;
  }

  void Choose(const Choice& choice) {
    Add({}, event::Chosen{choice, {}});
    ++choices_;
  }

  void Step(TaskId task, bool wakes) {
    Add(task, event::Resumed{});
    if (!in_flight_.empty() && prng_.Below(2) == 0) {
      Add(task, event::MessageDelivered{in_flight_.back(), Site()});
      in_flight_.pop_back();
    }
    if (prng_.Below(2) == 0) {
      event::MessageSent sent;
      sent.id = MessageId(++messages_);
      sent.from = NodeId(static_cast<uint16_t>(1 + task.value % kNodes));
      sent.to = NodeId(static_cast<uint16_t>(1 + prng_.Below(kNodes)));
      sent.type = kMessages[prng_.Below(std::size(kMessages))];
      sent.size = 20 + prng_.Below(200);
      sent.payload = prng_.Next();
      sent.site = Site();
      in_flight_.push_back(sent.id);
      Add(task, sent);
      if (choices_ * 1000 <= events_.size() * kChoicesPerThousand) {
        Choose({ChoiceKind::kLatency, 1000, prng_.Below(1000), "latency"});
      }
    }
    if (wakes) Wake(task);
    event::Suspended suspended;
    suspended.site = Site();
    if (prng_.Below(3) == 0) {
      suspended.wait = WaitKind::kSleep;
      suspended.due =
          SimTime(now_.ns + static_cast<int64_t>(prng_.Below(50'000'000)));
    } else {
      suspended.wait = WaitKind::kQueueGet;
      suspended.object = task.value;
    }
    Add(task, suspended);
    waiting_.push_back(task);
  }

  // Somebody who waits goes on, by the doing of `task`.
  void Wake(TaskId task) {
    if (waiting_.empty()) return;
    const size_t chosen = prng_.Below(waiting_.size());
    Add(task, event::Woken{waiting_[chosen]});
    ready_.push_back(waiting_[chosen]);
    waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(chosen));
  }

  const size_t n_;
  Prng prng_;
  std::vector<TraceEvent> events_;
  SimTime now_;
  size_t choices_ = 0;
  uint64_t messages_ = 0;
  std::vector<MessageId> in_flight_;
  std::vector<TaskId> ready_;
  std::vector<TaskId> waiting_;
};

}  // namespace

std::vector<TraceEvent> SyntheticEvents(size_t n, uint64_t seed) {
  return Generator(n, seed).Run();
}

}  // namespace orrery
