// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/sample_trace.h"

#include <zlib.h>

#include <iterator>
#include <utility>
#include <variant>

#include "orrery/base/check.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

uint64_t TakeVarint(absl::string_view bytes, size_t* at) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    ORRERY_CHECK(*at < bytes.size() && shift < 64, "no varint here");
    const auto byte = static_cast<unsigned char>(bytes[(*at)++]);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
}

void AppendVarint(uint64_t value, std::string* bytes) {
  for (; value >= 0x80; value >>= 7) {
    bytes->push_back(static_cast<char>(value | 0x80));
  }
  bytes->push_back(static_cast<char>(value));
}

uint32_t ChecksumFrom(size_t begin, const std::string& bytes) {
  return static_cast<uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()) + begin,
                bytes.size() - begin));
}

SiteText Here() { return {"bank/transfer.cc", "orrery::Transfer(int)", 41}; }
SiteText There() { return {"bank/transfer.cc", "orrery::Transfer(int)", 300}; }

// `task` makes objects of each further type and waits for them.
void AppendWaits(TaskId task, SimTime now, std::vector<TraceEvent>* events) {
  static constexpr struct {
    const char* type;
    const char* name;
    WaitKind wait;
  } kWaits[] = {
      {"Future", "reply", WaitKind::kFuture},
      {"Semaphore", "slots", WaitKind::kSemaphore},
      {"Condition", "full", WaitKind::kCondition},
      {"Barrier", "round", WaitKind::kBarrier},
      {"Channel", "", WaitKind::kChannelReceive},
      {"Channel", "", WaitKind::kChannelSend},
      {"RwLock", "table", WaitKind::kReadLock},
      {"RwLock", "table", WaitKind::kWriteLock},
      {"TaskGroup", "workers", WaitKind::kGroup},
      {"ThreadPool", "disk", WaitKind::kPool},
      {"Event", "ready", WaitKind::kEvent},
  };
  uint32_t id = 2;  // of the last object before these
  absl::string_view last_type;
  for (const auto& [type, name, wait] : kWaits) {
    if (type != last_type) {
      ++id;
      events->push_back(
          {now, task,
           event::ObjectMade{ObjectId(id), ObjectKey(id), type, name, Here()}});
      last_type = type;
    }
    events->push_back({now, task, event::Suspended{wait, id, now, There()}});
  }
  for (WaitKind wait :
       {WaitKind::kAny, WaitKind::kSelect, WaitKind::kForeign}) {
    events->push_back({now, task, event::Suspended{wait, 0, now, There()}});
  }
}

// A future ends in each way, and a helper of `task` by being cancelled.
void AppendCancellation(TaskId task, SimTime now,
                        std::vector<TraceEvent>* events) {
  const ObjectId future(3);
  const TaskId helper(5);
  const TraceEvent cancellation[] = {
      {now, task, event::FutureEnded{.future = future}},
      {now, task, event::FutureEnded{.future = future, .failed = true}},
      {now, TaskId(), event::FutureEnded{.future = future, .cancelled = true}},
      {now, task,
       event::Spawned{helper, EntityId(3), EntityKind::kTask, NodeId(),
                      "helper", There(), now}},
      {now, task, event::CancelRequested{helper}},
      {now, TaskId(), event::CancelRequested{helper}},
      {now, helper, event::Finished{.cancelled = true}},
  };
  events->insert(events->end(), std::begin(cancellation),
                 std::end(cancellation));
}

// A node that `task` is on comes up, and messages to it go each way.
void AppendNodes(TaskId task, SimTime now, std::vector<TraceEvent>* events) {
  const NodeId node(3);
  const TraceEvent world[] = {
      {now, TaskId(), event::NodeMade{node, "replica-1"}},
      {now, TaskId(), event::NodeChanged{node, NodeState::kUp, 1}},
      {now, task,
       event::MessageSent{MessageId(1), NodeId(), node, "Append", 96,
                          0xabcdef0123456789u, There()}},
      {now, task,
       event::MessageSent{MessageId(2), node, NodeId(), "", 1, 0, SiteText()}},
      {now, TaskId(), event::MessageCopied{MessageId(1), MessageId(3)}},
      {now, task, event::MessageDelivered{MessageId(1), Here()}},
      {now, TaskId(), event::MessageDelivered{MessageId(3), SiteText()}},
      {now, TaskId(), event::MessageDropped{MessageId(2), "partition"}},
      {now, task,
       event::FileAccessed{node, "write", "wal/0", 4096, 512,
                           0x1122334455667788u, false}},
      {now, task, event::FileAccessed{node, "fsync", "wal/0", 0, 0, 0, true}},
      {now, task, event::StateDigested{"ledger", 0x99aabbccddeeff00u}},
      {now, TaskId(), event::NodeChanged{node, NodeState::kPaused, 1}},
      {now, TaskId(), event::NodeChanged{node, NodeState::kUp, 1}},
      {now, TaskId(), event::NodeChanged{node, NodeState::kStopped, 1}},
      {now, TaskId(), event::NodeChanged{node, NodeState::kUp, 2}},
      {now, TaskId(), event::NodeChanged{node, NodeState::kKilled, 2}},
      {now, TaskId(), event::NodeChanged{node, NodeState::kUp, 3}},
      {now, TaskId(), event::NodeChanged{node, NodeState::kCrashed, 3}},
  };
  events->insert(events->end(), std::begin(world), std::end(world));
}

}  // namespace

std::vector<TraceEvent> SampleEvents() {
  static constexpr TaskId kReady[] = {TaskId(1), TaskId(2), TaskId(3)};
  const SiteText here = Here();
  const SiteText there = There();
  const TaskId loop;
  const TaskId main(1);
  const TaskId client(2);
  const TaskId timer(4);
  const SimTime start;
  const SimTime later(1'500'000'000);
  const SimTime last(1'500'000'001);
  std::vector<TraceEvent> events = {
      {start, loop,
       event::Spawned{main, EntityId(0xfeedu), EntityKind::kTask, NodeId(),
                      "main", here, start}},
      {start, main, event::Resumed()},
      {start, main,
       event::Spawned{client, EntityId(1), EntityKind::kTask, NodeId(3),
                      "client", there, start}},
      {start, main,
       event::Spawned{TaskId(3), EntityId(2), EntityKind::kCallback, NodeId(),
                      "", here, start}},
      {start, main,
       event::Spawned{timer, EntityId(~0u), EntityKind::kTimer, NodeId(), "",
                      SiteText(), later}},
      {start, main,
       event::ObjectMade{ObjectId(1), ObjectKey(7), "Mutex", "state", here}},
      {start, main,
       event::ObjectMade{ObjectId(2), ObjectKey(8), "Queue", "", here}},
      {start, main, event::SpanBegun{SpanId(1), SpanId(), "transfer"}},
      {start, main,
       event::Chosen{{ChoiceKind::kData, 4, 3, "amount", SpanId(1)}, {}}},
      {start, main, event::SpanEnded{SpanId(1)}},
      {start, main, event::Accessed{ObjectId(1), AccessKind::kAcquire}},
      {start, main,
       event::Suspended{WaitKind::kJoin, client.value, start, here}},
      {start, loop,
       event::Chosen{{ChoiceKind::kNextEntity, 3, 1, "", SpanId()}, kReady}},
      {start, client, event::Resumed()},
      {start, client, event::Suspended{WaitKind::kSleep, 0, later, there}},
      {later, loop, event::Woken{client}},
      {later, client, event::TimerCancelled{timer}},
      {later, client, event::TimePassed{last, there}},
      {last, client, event::Suspended{WaitKind::kMutex, 1, last, there}},
      {last, client, event::Suspended{WaitKind::kQueueGet, 2, last, there}},
      {last, client, event::Suspended{WaitKind::kQueuePut, 2, last, there}},
      {last, client, event::Suspended{WaitKind::kTurn, 0, last, there}},
      {last, client, event::Suspended{WaitKind::kTurn, 1, last, there}},
      {last, client, event::Suspended{WaitKind::kAll, 0, last, there}},
      {last, client, event::Suspended{WaitKind::kNothing, 0, last, SiteText()}},
  };
  AppendWaits(client, last, &events);
  AppendCancellation(client, last, &events);
  AppendNodes(client, last, &events);
  const TraceEvent end[] = {
      {last, client,
       event::Logged{"caf\xc3\xa9: 3\xe2\x82\xac\nno more", there}},
      {last, client, event::Faulted{"crash", NodeId(3)}},
      {last, client, event::Failed{"balance is off", here}},
      {last, client, event::Finished{.failed = true}},
      {last, main, event::Finished{.failed = false}},
  };
  events.insert(events.end(), std::begin(end), std::end(end));
  return events;
}

std::vector<Choice> ChoicesOf(const std::vector<TraceEvent>& events) {
  std::vector<Choice> choices;
  for (const TraceEvent& event : events) {
    if (const auto* chosen = std::get_if<event::Chosen>(&event.what)) {
      choices.push_back(chosen->choice);
    }
  }
  return choices;
}

TraceHeader SampleHeader(TraceLevel level) {
  TraceHeader header;
  header.level = level;
  header.target = "//bank:transfer_test";
  header.suite = "Bank";
  header.test = "KeepsItsBalance";
  header.param = "2";
  header.run = 6;
  header.seed = Seed(42);
  header.scheduler = "random";
  header.ordered = true;
  header.max_steps = 1000;
  header.max_time = SimTime(60'000'000'000);
  header.build = {"5f1c0de5f1c0de", "clang 19.1.4", "debug"};
  header.arguments = {"--bank=north", ""};
  return header;
}

TraceFooter SampleFooter() {
  TraceFooter footer;
  footer.steps = 12;
  footer.elapsed = SimTime(1'500'000'001);
  footer.outcome = Outcome::kFailed;
  footer.digests = {Digest(0x0123456789abcdefu), Digest(0xfedcba9876543210u)};
  footer.failure = TraceFailure{"balance is off\nby 3", SimTime(1'500'000'001),
                                11, "client#2", "bank/transfer.cc:41"};
  return footer;
}

std::vector<TaskReport> SampleTasks() {
  TaskReport main;
  main.id = TaskId(1);
  main.name = "main#1";
  main.wait = WaitKind::kJoin;
  main.waits_for = "task client#2";
  main.stack = {"bank/transfer.cc:41 Transfer", "bank/main.cc:9 Main"};
  TaskReport client;
  client.id = TaskId(2);
  client.name = "client#2";
  client.wait = WaitKind::kMutex;
  client.waits_for = "Mutex \"state\"";
  client.held_by = "helper#5";
  client.stack = {"bank/transfer.cc:300 Transfer"};
  client.spawned_at = "bank/transfer.cc:40 Transfer";
  client.awaited_by = {"main#1"};
  TaskReport helper;
  helper.id = TaskId(5);
  helper.name = "helper#5";
  helper.wait = WaitKind::kSleep;
  helper.waits_for = "sleep";
  helper.due = SimTime(2'500'000'000);
  helper.spawned_at = "bank/transfer.cc:300 Transfer";
  TaskReport busy;
  busy.id = TaskId(6);
  busy.name = "busy#6";
  busy.wait = WaitKind::kForeign;
  busy.running = true;
  return {main, client, helper, busy};
}

void Record(const std::vector<TraceEvent>& events, const DigestPair& digests,
            TraceWriter& writer) {
  if (writer.level() == TraceLevel::kEvents) {
    for (const TraceEvent& event : events) writer.OnEvent(event);
  }
  writer.OnChoices(ChoicesOf(events), digests);
}

void RecordLongRun(TraceWriter& writer) {
  const std::vector<Choice> batch(1000,
                                  Choice{ChoiceKind::kData, 500, 400, "x", {}});
  for (int round = 0; round < kLongRunRounds; ++round) {
    Record(SampleEvents(), SampleFooter().digests, writer);
    if (round % 4 == 0 && writer.level() == TraceLevel::kChoices) {
      writer.OnChoices(batch, SampleFooter().digests);
    }
  }
}

std::string SampleTraceBytes(TraceLevel level) {
  TraceWriter writer;
  writer.Begin(SampleHeader(level));
  Record(SampleEvents(), SampleFooter().digests, writer);
  ORRERY_CHECK(writer.Finish(SampleFooter(), SampleTasks()).ok(),
               "writing to memory failed");
  return std::string(writer.bytes());
}

Trace ReadBack(const std::vector<TraceEvent>& events, absl::string_view name,
               TraceLevel level) {
  TraceWriter writer;
  writer.Begin(SampleHeader(level));
  Record(events, SampleFooter().digests, writer);
  ORRERY_CHECK(writer.Finish(SampleFooter(), SampleTasks()).ok(),
               "writing to memory failed");
  absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), std::string(name));
  ORRERY_CHECK(trace.ok(), trace.status().message());
  return *std::move(trace);
}

std::string WithoutEnvironment(absl::string_view bytes) {
  std::string result(bytes.substr(0, kTraceMagicSize));
  for (const RawRecord& record : RecordsOf(bytes)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kFooter)) {
      traces::v1::Footer footer;
      ORRERY_CHECK(
          footer.ParseFromArray(record.payload.data(),
                                static_cast<int>(record.payload.size())),
          "not a footer");
      footer.clear_environment();
      AppendRecord(record.number, footer.SerializeAsString(), &result);
    } else if (record.number == static_cast<uint32_t>(TraceRecord::kTrailer)) {
      AppendTrailer(&result);
    } else {
      result.append(record.bytes.data(), record.bytes.size());
    }
  }
  return result;
}

std::vector<RawRecord> RecordsOf(absl::string_view bytes) {
  std::vector<RawRecord> records;
  size_t at = kTraceMagicSize;
  while (at < bytes.size()) {
    RawRecord record;
    record.offset = at;
    const uint64_t tag = TakeVarint(bytes, &at);
    ORRERY_CHECK((tag & 7) == 2, "no record begins here");
    record.number = static_cast<uint32_t>(tag >> 3);
    const uint64_t size = TakeVarint(bytes, &at);
    ORRERY_CHECK(size <= bytes.size() - at, "a record is cut short");
    record.payload = bytes.substr(at, size);
    at += size;
    record.bytes = bytes.substr(record.offset, at - record.offset);
    records.push_back(record);
  }
  return records;
}

void AppendRecord(uint32_t number, absl::string_view payload,
                  std::string* bytes) {
  AppendVarint(number << 3 | 2, bytes);
  AppendVarint(payload.size(), bytes);
  bytes->append(payload.data(), payload.size());
}

void AppendTrailer(std::string* bytes) {
  // From the last Sync on; that itself is included.
  size_t begin = 0;
  for (const RawRecord& record : RecordsOf(*bytes)) {
    if (record.number == static_cast<uint32_t>(TraceRecord::kSync)) {
      begin = record.offset;
    }
  }
  traces::v1::Trailer trailer;
  trailer.set_crc32(ChecksumFrom(begin, *bytes));
  AppendRecord(static_cast<uint32_t>(TraceRecord::kTrailer),
               trailer.SerializeAsString(), bytes);
}

void AppendSync(size_t begin, std::string* bytes) {
  traces::v1::Sync sync;
  sync.set_crc32(ChecksumFrom(begin, *bytes));
  AppendRecord(static_cast<uint32_t>(TraceRecord::kSync),
               sync.SerializeAsString(), bytes);
}

}  // namespace orrery
