// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/timeline.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::ElementsAre;

const SimTime kStart;
const TaskId kLoop;
const TaskId kMain(1);
const TaskId kHelper(2);

TraceEvent Spawn(TaskId by, TaskId task, EntityKind kind = EntityKind::kTask) {
  return {kStart, by,
          event::Spawned{task, EntityId(task.value), kind, NodeId(), "task",
                         SiteText(), kStart}};
}
TraceEvent Resume(TaskId task) { return {kStart, task, event::Resumed()}; }
TraceEvent Yield(TaskId task) {
  return {kStart, task,
          event::Suspended{WaitKind::kTurn, 0, kStart, SiteText()}};
}
TraceEvent Log(TaskId task) {
  return {kStart, task, event::Logged{"hi", SiteText()}};
}
TraceEvent End(TaskId task) { return {kStart, task, event::Finished()}; }

// Returns the items in words, without the last one: that the run has failed.
std::vector<std::string> Items(Trace trace) {
  trace.footer->failure.reset();
  const Timeline timeline(trace, ExportClock::kStep);
  std::vector<std::string> items;
  timeline.Walk(
      [&](const TimelineItem& item) {
        std::string text = timeline.tracks()[item.track].name;
        if (item.type == TimelineItem::Type::kEnd) {
          absl::StrAppend(&text, " | ");
        } else {
          absl::StrAppend(
              &text, item.type == TimelineItem::Type::kBegin ? " [ " : " ! ",
              TimelineCategoryName(item.category), " ", item.name);
        }
        for (uint64_t arrow : item.arrows_from) {
          absl::StrAppend(&text, " from ", arrow);
        }
        for (uint64_t arrow : item.arrows_to) {
          absl::StrAppend(&text, " to ", arrow);
        }
        items.push_back(text);
        return true;
      },
      {});
  return items;
}

TEST(TimelineTest, ATaskRunsAndWaitsInTurn) {
  EXPECT_THAT(Items(ReadBack({Spawn(kLoop, kMain), Resume(kMain), Log(kMain),
                              Yield(kMain), Resume(kMain), End(kMain)})),
              ElementsAre("scheduler ! spawn spawns task#1 from 2",
                          "task#1 [ run task#1 to 2", "task#1 ! log log: hi",
                          "task#1 | ", "task#1 [ ready yields", "task#1 | ",
                          "task#1 [ run task#1", "task#1 | "));
}

TEST(TimelineTest, WhatIsOpenAtTheEndEndsThere) {
  EXPECT_THAT(
      Items(ReadBack({Spawn(kLoop, kMain), Resume(kMain), Yield(kMain)})),
      ElementsAre("scheduler ! spawn spawns task#1 from 2",
                  "task#1 [ run task#1 to 2", "task#1 | ",
                  "task#1 [ ready yields", "task#1 | "));
}

TEST(TimelineTest, ATaskThatIsWokenAndNeverRunsHasNoArrow) {
  EXPECT_THAT(
      Items(ReadBack({Spawn(kLoop, kMain),
                      Resume(kMain),
                      Spawn(kMain, kHelper),
                      {kStart, kMain, event::Woken{kHelper}}})),
      ElementsAre("scheduler ! spawn spawns task#1 from 2",
                  "task#1 [ run task#1 to 2", "task#1 ! spawn spawns task#2",
                  "task#1 ! wake wakes task#2", "task#1 | "));
}

TEST(TimelineTest, AnEagerTaskBeginsWithinTheStepOfItsParent) {
  EXPECT_THAT(
      Items(ReadBack({Resume(kMain), Spawn(kMain, kHelper), Log(kHelper),
                      Yield(kHelper), End(kMain)})),
      ElementsAre("task#1 [ run task#1", "task#1 ! spawn spawns task#2 from 4",
                  "task#2 [ run task#2 to 4", "task#2 ! log log: hi",
                  "task#2 | ", "task#2 [ ready yields", "task#1 | ",
                  "task#2 | "));
}

TEST(TimelineTest, ATraceThatHasLostItsBeginningBeginsWithinAStep) {
  EXPECT_THAT(Items(ReadBack({Log(kMain), End(kMain), Log(kMain)})),
              ElementsAre("task#1 [ run task#1", "task#1 ! log log: hi",
                          "task#1 | ", "task#1 ! log log: hi"));
}

TEST(TimelineTest, WhatCameBeforeTheBeginningKeepsItsNameAndItsNumber) {
  Trace trace = ReadBack({Resume(kMain), End(kMain)});
  trace.before = {Spawn(kLoop, kMain)};
  trace.first_event = 100;
  uint64_t number = 0;
  std::string name;
  Timeline(trace, ExportClock::kStep)
      .Walk(
          [&](const TimelineItem& item) {
            if (name.empty()) number = item.number;
            if (name.empty()) name = item.name;
            return true;
          },
          {});
  EXPECT_EQ(number, 100u);
  EXPECT_EQ(name, "task#1");
  trace.before = {};
  EXPECT_EQ(Timeline(trace, ExportClock::kStep).tracks().size(), 2u);
}

TEST(TimelineTest, CallbacksShareATrack) {
  const TaskId timer(3);
  EXPECT_THAT(
      Items(ReadBack({Spawn(kLoop, kHelper, EntityKind::kCallback),
                      Spawn(kLoop, timer, EntityKind::kTimer), Resume(kHelper),
                      End(kHelper), Resume(timer), End(timer)})),
      ElementsAre("scheduler ! spawn posts task#2 from 2",
                  "scheduler ! spawn posts task#3 for 0.000s from 4",
                  "callbacks [ run task#2 to 2", "callbacks | ",
                  "callbacks [ run task#3 to 4", "callbacks | "));
}

TEST(TimelineTest, AMessageIsAnArrowFromWhereItWasSentToWhereItArrived) {
  const NodeId one(1);
  const NodeId two(2);
  const MessageId message(7);
  const MessageId copy(8);
  const MessageId lost(9);
  auto send = [&](MessageId id) {
    return TraceEvent{
        kStart, kLoop,
        event::MessageSent{id, one, two, "Ping", 1, 0, SiteText()}};
  };
  EXPECT_THAT(
      Items(ReadBack(
          {{kStart, kLoop, event::NodeMade{one, "a"}},
           {kStart, kLoop, event::NodeMade{two, "b"}},
           send(message),
           {kStart, kLoop, event::MessageCopied{message, copy}},
           send(lost),
           {kStart, kLoop, event::MessageDelivered{message, SiteText()}},
           {kStart, kMain, event::MessageDelivered{copy, SiteText()}},
           {kStart, kLoop, event::MessageDelivered{message, SiteText()}}})),
      ElementsAre(
          "machine ! node makes node 1 \"a\"",
          "machine ! node makes node 2 \"b\"",
          "machine ! message sends message 7 Ping to b, 1 byte from 15",
          "scheduler ! message copies message 7 Ping as message 8 from 17",
          "machine ! message sends message 9 Ping to b, 1 byte",
          "machine ! message receives message 7 Ping to 15",
          "task#1 ! message receives message 8 Ping to 17",
          "machine ! message receives message 7 Ping"));
}

TEST(TimelineTest, ADeathAndAFailureWithoutAnEventStandAtTheEnd) {
  Trace trace = ReadBack({Resume(kMain)});
  trace.footer->failure->message = "deadlock:\n  2 tasks";
  auto last = [](const Trace& of) {
    std::string name;
    Timeline(of, ExportClock::kSim)
        .Walk(
            [&](const TimelineItem& item) {
              if (!item.name.empty()) name = item.name;
              return true;
            },
            {});
    return name;
  };
  EXPECT_EQ(last(trace), "FAILURE: deadlock:   2 tasks");
  trace.footer.reset();
  EXPECT_EQ(last(trace), "the trace ends here: the process died");
}

TEST(TimelineTest, TheTitleSaysWhatWasRunAndHowItEnded) {
  Trace trace = ReadBack(SampleEvents());
  EXPECT_EQ(Timeline(trace, ExportClock::kSim).Title(),
            "Bank.KeepsItsBalance, seed 42, scheduler random: failed after "
            "1.500000001s");
  trace.footer.reset();
  EXPECT_EQ(Timeline(trace, ExportClock::kSim).Title(),
            "Bank.KeepsItsBalance, seed 42, scheduler random: the process died "
            "before the run was over");
}

TEST(TimelineTest, TellsHowFarItIs) {
  const Trace trace = ReadBack(std::vector<TraceEvent>(40'000, Log(kLoop)));
  std::vector<uint64_t> done;
  Timeline(trace, ExportClock::kSim)
      .Walk([](const TimelineItem&) { return true; },
            [&](uint64_t events, uint64_t all) {
              EXPECT_EQ(all, 40'000u);
              done.push_back(events);
            });
  EXPECT_THAT(done, ElementsAre(0u, 16384u, 32768u, 40'000u));
}

}  // namespace
}  // namespace orrery
