// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SimTest`: the base of the fixtures of simulated tests.

#ifndef ORRERY_TESTING_SIM_FIXTURE_H_
#define ORRERY_TESTING_SIM_FIXTURE_H_

#include "orrery/base/check.h"

namespace orrery {

// SimTest
//
// A fixture for SIM_TEST_F is a class derived from this one. Every run has a
// fresh one, made and destroyed inside the simulation, so its members may be
// mutexes, queues and the like.
//
// `SetUp` and `TearDown` may be declared as plain functions (`void`) or as
// coroutines (`Task<>`), without `override`: they run as part of the main task,
// before and after the test's body. As in GoogleTest, the body does not run if
// an ASSERT_ has failed in the constructor or in `SetUp`, or if that has
// skipped the test, and `TearDown` runs all the same. When the run ends early
// (a CO_ASSERT that fails, an exception, a deadlock), `TearDown` does not run.
// The destructor always does.
class SimTest {
 public:
  SimTest() = default;
  SimTest(const SimTest&) = delete;
  SimTest& operator=(const SimTest&) = delete;

  // Whether an assertion has failed in this run; whether one of those was
  // fatal; whether the run was skipped. GoogleTest's own functions of these
  // names know of nothing until the run is over.
  static bool HasFailure();
  static bool HasFatalFailure();
  static bool IsSkipped();

 protected:
  ~SimTest() = default;
  void SetUp() {}
  void TearDown() {}
};

// The same with a parameter, for SIM_TEST_P.
template <typename T>
class SimTestWithParam : public SimTest {
 public:
  using ParamType = T;

  // Returns the parameter of the test that runs.
  static const T& GetParam() {
    ORRERY_CHECK(current_param != nullptr,
                 "GetParam() was called outside of a SIM_TEST_P");
    return *current_param;
  }

  // For the runner.
  static inline thread_local const T* current_param = nullptr;

 protected:
  ~SimTestWithParam() = default;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_SIM_FIXTURE_H_
