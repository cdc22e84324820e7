// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/mocks.md shows, as tests that pass.

#include <stdexcept>
#include <string>

#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Task<int> Read(std::string place) = 0;
};

// [snippet: mocks]
class MockClock : public Clock {
 public:
  MOCK_METHOD(Task<int>, Read, (std::string place), (override));
};

Task<int> ReadLocal(std::string place) {
  co_await Sleep(absl::Seconds(1));
  co_return place == "here" ? 12 : 0;
}

SIM_TEST(MockTest, StandsInForACoroutine) {
  MockClock clock;
  EXPECT_CALL(clock, Read("here"))
      .WillOnce(CoReturn(12))
      .WillOnce(CoReturn(13).After(absl::Hours(1)))
      .WillOnce(CoThrow(std::runtime_error("stopped")))
      .WillRepeatedly(CoInvoke(ReadLocal));
  EXPECT_EQ(co_await clock.Read("here"), 12);
  EXPECT_EQ(co_await clock.Read("here"), 13);
  EXPECT_EQ(Elapsed(), absl::Hours(1));
  CO_ASSERT_THROW(co_await clock.Read("here"), std::runtime_error);
  EXPECT_EQ(co_await clock.Read("here"), 12);
}
// [end: mocks]

}  // namespace
}  // namespace orrery
