// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SimTest`: the base of the fixtures of simulated tests.

#ifndef ORRERY_TESTING_SIM_FIXTURE_H_
#define ORRERY_TESTING_SIM_FIXTURE_H_

#include <type_traits>

#include "orrery/sim/task.h"

namespace orrery {

// SimTest
//
// A fixture for SIM_TEST_F is a class derived from this one. Every run has a
// fresh one, made and destroyed inside the simulation, so its members may be
// mutexes, queues and the like.
//
// `SetUp` and `TearDown` may be declared as plain functions (`void`) or as
// coroutines (`Task<>`), without `override`: they run as part of the main task,
// before and after the test's body. After a CO_ASSERT has failed, or a
// deadlock, the run is over and `TearDown` does not run; the destructor always
// does.
class SimTest {
 public:
  SimTest() = default;
  SimTest(const SimTest&) = delete;
  SimTest& operator=(const SimTest&) = delete;

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
  static const T& GetParam() { return *current_param; }

  // For the runner.
  static inline thread_local const T* current_param = nullptr;

 protected:
  ~SimTestWithParam() = default;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_SIM_FIXTURE_H_
