// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: callbacks for the end of a future. Where asyncio takes a
// callback back by its value, the handle that adding it gave does it here.

#include <stdexcept>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/future.h"
#include "orrery/sim/post.h"
#include "orrery/sim/sleep.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A future, and callbacks for its end that note that they were called.
class FutureCallbackTest : public SimTest {
 protected:
  PostHandle Add(int note) {
    return promise_.GetFuture().AddDoneCallback(
        [this, note] { notes_.push_back(note); });
  }

  Promise<int> promise_;
  std::vector<int> notes_;
};

// Answers: test_futures.py
// BaseFutureDoneCallbackTests.test_callbacks_remove_first_callback
SIM_TEST_F(FutureCallbackTest, TheFirstMayBeTakenBack) {
  PostHandle first = Add(42);
  PostHandle second = Add(17);
  PostHandle third = Add(100);
  EXPECT_TRUE(first.Cancel());
  EXPECT_FALSE(first.Cancel());
  EXPECT_THAT(notes_, IsEmpty());
  promise_.Set(1);
  co_await Yield();
  EXPECT_THAT(notes_, ElementsAre(17, 100));
  EXPECT_EQ(promise_.GetFuture().Result(), 1);
}

// Answers: test_futures.py
// BaseFutureDoneCallbackTests.test_callbacks_remove_first_and_second_callback
SIM_TEST_F(FutureCallbackTest, TheFirstTwoMayBeTakenBack) {
  PostHandle first = Add(42);
  PostHandle second = Add(17);
  PostHandle third = Add(100);
  EXPECT_TRUE(first.Cancel());
  EXPECT_TRUE(second.Cancel());
  EXPECT_FALSE(first.Cancel());
  promise_.Set(1);
  co_await Yield();
  EXPECT_THAT(notes_, ElementsAre(100));
}

// Answers: test_futures.py
// BaseFutureDoneCallbackTests.test_callbacks_remove_third_callback
SIM_TEST_F(FutureCallbackTest, TheLastMayBeTakenBack) {
  PostHandle first = Add(42);
  PostHandle second = Add(17);
  PostHandle third = Add(100);
  EXPECT_TRUE(third.Cancel());
  EXPECT_FALSE(third.Cancel());
  promise_.Set(1);
  co_await Yield();
  EXPECT_THAT(notes_, ElementsAre(42, 17));
}

// Answers: test_futures.py
// BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_result
SIM_TEST_F(FutureCallbackTest, AValueCallsThemInTheOrderInWhichTheyWereAdded) {
  Add(42);
  Add(17);
  EXPECT_THAT(notes_, IsEmpty());
  promise_.Set(1);
  EXPECT_THAT(notes_, IsEmpty()) << "not within Set()";
  co_await Yield();
  EXPECT_THAT(notes_, ElementsAre(42, 17));
}

// Answers: test_futures.py
// BaseFutureDoneCallbackTests.test_callbacks_invoked_on_set_exception
SIM_TEST_F(FutureCallbackTest, AnErrorCallsThem) {
  Add(100);
  EXPECT_THAT(notes_, IsEmpty());
  const auto error = std::make_exception_ptr(std::runtime_error("boom"));
  promise_.SetException(error);
  co_await Yield();
  EXPECT_THAT(notes_, ElementsAre(100));
  EXPECT_EQ(promise_.GetFuture().Exception(), error);
}

// Answers: test_futures.py
// BaseFutureDoneCallbackTests.test_remove_done_callback
SIM_TEST_F(FutureCallbackTest, EachOfSeveralLikeOnesIsTakenBackAlone) {
  std::vector<PostHandle> ones;
  ones.push_back(Add(1));
  PostHandle two = Add(2);
  EXPECT_TRUE(two.Cancel());
  PostHandle none;
  EXPECT_FALSE(none.Cancel()) << "it was never added";
  Add(2);
  for (int i = 0; i < 5; ++i) ones.push_back(Add(1));
  for (PostHandle& one : ones) EXPECT_TRUE(one.Cancel());
  EXPECT_THAT(notes_, IsEmpty());
  promise_.Set(1);
  co_await Yield();
  EXPECT_THAT(notes_, ElementsAre(2));
}

// Answers: test_futures.py
// BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_1
SIM_TEST_F(FutureCallbackTest, OneMayTakeBackThoseBehindIt) {
  std::vector<PostHandle> later;
  promise_.GetFuture().AddDoneCallback([this, &later] {
    notes_.push_back(1);
    for (PostHandle& callback : later) EXPECT_TRUE(callback.Cancel());
  });
  later.push_back(Add(2));
  later.push_back(Add(3));
  Add(4);
  promise_.Set(1);
  co_await Yield();
  EXPECT_THAT(notes_, ElementsAre(1, 4));
}

// Answers: test_futures.py
// BaseFutureDoneCallbackTests.test_schedule_callbacks_list_mutation_2
SIM_TEST_F(FutureCallbackTest, OneMayAddMoreAndTheyComeLater) {
  for (int i = 0; i < 64; ++i) {
    promise_.GetFuture().AddDoneCallback([this, i] {
      notes_.push_back(i);
      Add(100 + i);
    });
  }
  promise_.Set(1);
  co_await Yield();
  CO_ASSERT_EQ(notes_.size(), 64u);
  co_await Yield();
  CO_ASSERT_EQ(notes_.size(), 128u);
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(notes_[i], i);
    EXPECT_EQ(notes_[64 + i], 100 + i);
  }
}

}  // namespace
}  // namespace orrery
