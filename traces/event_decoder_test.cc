// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Records that protobuf can read and that make no sense. What good records
// become is in trace_reader_test.cc.

#include "orrery/traces/event_decoder.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/traces/rare_records.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

traces::v1::Intern TextOf(uint32_t id, const std::string& text) {
  traces::v1::Intern intern;
  intern.set_id(id);
  intern.set_text(text);
  return intern;
}

traces::v1::Intern SiteOf(uint32_t id, uint32_t file, uint32_t function) {
  traces::v1::Intern intern;
  intern.set_id(id);
  intern.mutable_site()->set_file(file);
  intern.mutable_site()->set_function(function);
  intern.mutable_site()->set_line(7);
  return intern;
}

traces::v1::ChoiceBlock BlockOf(uint64_t first, uint32_t count,
                                const std::vector<uint64_t>& packed) {
  traces::v1::ChoiceBlock block;
  block.set_first(first);
  block.set_count(count);
  block.mutable_packed()->Add(packed.begin(), packed.end());
  return block;
}

class EventDecoderTest : public testing::Test {
 protected:
  // Texts 1 and 2, place 3.
  void SetUp() override {
    ASSERT_EQ(Take(TextOf(1, "file.cc")), "");
    ASSERT_EQ(Take(TextOf(2, "Function")), "");
    ASSERT_EQ(Take(SiteOf(3, 1, 2)), "");
  }

  std::string Take(const traces::v1::Event& event) {
    return decoder_.TakeEvent(event.SerializeAsString());
  }
  std::string Take(const traces::v1::Intern& intern) {
    return decoder_.TakeIntern(intern.SerializeAsString());
  }
  std::string Take(const traces::v1::ChoiceBlock& block) {
    return decoder_.TakeChoices(block.SerializeAsString());
  }

  std::string TakeFaulted(uint32_t what, uint32_t node) {
    traces::v1::Event event;
    event.mutable_faulted()->set_what(what);
    event.mutable_faulted()->set_node(node);
    return Take(event);
  }

  std::string TakeLogged(uint32_t site) {
    traces::v1::Event event;
    event.mutable_logged()->set_site(site);
    return Take(event);
  }

  std::string TakeChosen(uint64_t n, uint64_t chosen) {
    traces::v1::Event event;
    event.mutable_chosen()->set_kind(1);
    event.mutable_chosen()->set_n(n);
    event.mutable_chosen()->set_chosen(chosen);
    return Take(event);
  }

  Trace trace_;
  EventDecoder decoder_{&trace_, EventDecoder::Texts::kCopy};
};

TEST_F(EventDecoderTest, TextsAreNumberedInTheirOrder) {
  EXPECT_EQ(Take(TextOf(6, "x")), "a text has the number 6, not 4");
  EXPECT_EQ(Take(TextOf(3, "x")), "a text has the number 3, not 4");
}

TEST_F(EventDecoderTest, ATextHasToBeGivenBeforeItIsUsed) {
  EXPECT_EQ(TakeFaulted(1, 0), "");
  EXPECT_EQ(TakeFaulted(4, 0), "it refers to text 4, which was not given");
  EXPECT_EQ(TakeFaulted(4294967295u, 0),
            "it refers to text 4294967295, which was not given");
  EXPECT_EQ(trace_.events.size(), 1u) << "what makes no sense is left out";
}

TEST_F(EventDecoderTest, APlaceIsNoText) {
  EXPECT_EQ(TakeFaulted(3, 0), "it refers to text 3, which was not given");
  EXPECT_EQ(Take(SiteOf(4, 1, 3)), "it refers to text 3, which was not given");
}

TEST_F(EventDecoderTest, ATextIsNoPlace) {
  EXPECT_EQ(TakeLogged(0), "");
  EXPECT_EQ(TakeLogged(3), "");
  EXPECT_EQ(TakeLogged(1), "it refers to place 1, which was not given");
  EXPECT_EQ(TakeLogged(4), "it refers to place 4, which was not given");
}

TEST_F(EventDecoderTest, AChoiceIsOneOfItsAlternatives) {
  EXPECT_EQ(TakeChosen(2, 1), "");
  EXPECT_EQ(TakeChosen(2, 2), "it chooses 2 of 2");
  EXPECT_EQ(TakeChosen(1, 0), "it chooses 0 of 1");
  EXPECT_EQ(trace_.schedule.choices.size(), 1u);
}

TEST_F(EventDecoderTest, NodesHaveSixteenBits) {
  EXPECT_EQ(TakeFaulted(1, 65535), "");
  EXPECT_EQ(TakeFaulted(1, 65536), "there is no node 65536");
}

// 256 + 2 must not be taken for 2.
TEST_F(EventDecoderTest, KindsPastAByteAreNotTakenForOthers) {
  traces::v1::Event event;
  event.mutable_suspended()->set_wait(256 + 2);
  EXPECT_EQ(Take(event), "");
  event.mutable_accessed()->set_kind(256 + 2);
  EXPECT_EQ(Take(event), "");
  EXPECT_EQ(std::get<event::Suspended>(trace_.events[0].what).wait,
            static_cast<WaitKind>(255));
  EXPECT_EQ(std::get<event::Accessed>(trace_.events[1].what).kind,
            static_cast<AccessKind>(255));
}

// A later version may have kinds of waits that this one does not know.
TEST(RareRecordsTest, WaitsOfTasksPastAByteAreNotTakenForOthers) {
  traces::v1::NotDone not_done;
  not_done.set_count(1);
  not_done.add_task()->set_wait(256 + 2);
  const std::vector<TaskReport> tasks = TasksOf(not_done);
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_EQ(tasks[0].wait, static_cast<WaitKind>(255));
}

TEST_F(EventDecoderTest, HowTasksAndFuturesEndIsTwoFlags) {
  traces::v1::Event event;
  event.mutable_finished()->set_cancelled(true);
  EXPECT_EQ(Take(event), "");
  event.mutable_future_ended()->set_future(7);
  event.mutable_future_ended()->set_failed(true);
  EXPECT_EQ(Take(event), "");
  const auto& finished = std::get<event::Finished>(trace_.events[0].what);
  EXPECT_TRUE(finished.cancelled);
  EXPECT_FALSE(finished.failed);
  const auto& ended = std::get<event::FutureEnded>(trace_.events[1].what);
  EXPECT_EQ(ended.future, ObjectId(7));
  EXPECT_TRUE(ended.failed);
  EXPECT_FALSE(ended.cancelled);
}

TEST_F(EventDecoderTest, BlocksOfChoicesFollowOneAnother) {
  EXPECT_EQ(Take(BlockOf(0, 1, {1, 2, 1})), "");
  EXPECT_EQ(Take(BlockOf(1, 1, {1, 2, 1})), "");
  EXPECT_EQ(Take(BlockOf(1, 1, {1, 2, 1})),
            "choices begin at number 1, not at 2");
  EXPECT_EQ(trace_.schedule.choices.size(), 2u);
}

// A process that was killed has left what it chose, and no digests: nobody can
// hold a replay against them.
TEST_F(EventDecoderTest, ABlockWithoutDigestsIsNoCheckpoint) {
  traces::v1::ChoiceBlock block = BlockOf(0, 1, {1, 2, 1});
  EXPECT_EQ(Take(block), "");
  EXPECT_TRUE(trace_.checkpoints.empty());
  block = BlockOf(1, 1, {1, 2, 1});
  block.set_schedule_digest(7);
  EXPECT_EQ(Take(block), "");
  EXPECT_EQ(trace_.checkpoints.size(), 1u);
  EXPECT_EQ(trace_.checkpoints.count(2), 1u);
}

TEST_F(EventDecoderTest, ABlockHoldsAsManyChoicesAsItCounts) {
  EXPECT_EQ(Take(BlockOf(0, 2, {1, 2, 1})), "a block of choices ends early");
  EXPECT_TRUE(trace_.checkpoints.empty());
}

TEST_F(EventDecoderTest, ABlockHoldsNoMoreChoicesThanItCounts) {
  EXPECT_EQ(Take(BlockOf(0, 1, {1, 2, 1, 1, 2, 0})),
            "a block of choices is longer than its count");
}

// The count is not believed before the choices are there.
TEST_F(EventDecoderTest, AHugeCountOfChoicesTakesNoMemory) {
  EXPECT_EQ(Take(BlockOf(0, 4294967295u, {1, 2, 1, 1})),
            "a block of choices ends early");
  EXPECT_EQ(trace_.schedule.choices.size(), 1u);
}

TEST_F(EventDecoderTest, ChoicesInABlockAreAmongTheirAlternatives) {
  EXPECT_EQ(Take(BlockOf(0, 1, {1, 2, 2})), "choice 0 is none: 2 of 2");
  EXPECT_EQ(Take(BlockOf(0, 1, {1, 0, 0})), "choice 0 is none: 0 of 0");
  EXPECT_EQ(Take(BlockOf(0, 1, {32 + 1, 2, 0})), "choice 0 is none: 0 of 2");
}

TEST_F(EventDecoderTest, LabelsAndSpansOfChoicesComeWhereTheirFlagsSaySo) {
  EXPECT_EQ(Take(BlockOf(0, 3,
                         {2 + 8, 9, 8, 1,   //
                          2 + 16, 9, 7, 5,  //
                          2 + 8 + 16, 9, 6, 2, 4})),
            "");
  const Schedule& schedule = trace_.schedule;
  EXPECT_EQ(schedule.SiteOf(schedule.choices[0]), "file.cc");
  EXPECT_EQ(schedule.choices[0].span, SpanId());
  EXPECT_EQ(schedule.SiteOf(schedule.choices[1]), "");
  EXPECT_EQ(schedule.choices[1].span, SpanId(5));
  EXPECT_EQ(schedule.SiteOf(schedule.choices[2]), "Function");
  EXPECT_EQ(schedule.choices[2].span, SpanId(4));
  EXPECT_EQ(Take(BlockOf(3, 1, {2 + 8, 9, 8, 77})),
            "it refers to text 77, which was not given");
}

}  // namespace
}  // namespace orrery
