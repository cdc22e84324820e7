// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// ANY_ORDER_SIM_TEST: a test whose result does not depend on which of the tasks
// that are ready runs first. It is run under `fifo`, where it answers CPython's
// test, and as SuiteInAnyOrder.Name under a thousand random schedules.
//
//   ANY_ORDER_SIM_TEST(QueueTest, NothingIsLost) {
//     ...
//   }

#ifndef ORRERY_TESTS_CONFORMANCE_ANY_ORDER_H_
#define ORRERY_TESTS_CONFORMANCE_ANY_ORDER_H_

#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"

// Not isolated: a process for each of so many runs would take most of the time
// of the whole suite.
#define ANY_ORDER_SIM_TEST(suite, name)                               \
  static ::orrery::Task<> suite##_##name##_Body();                    \
  SIM_TEST(suite, name) { co_await suite##_##name##_Body(); }         \
  SIM_TEST(suite##InAnyOrder, name,                                   \
           {.runs = 1000, .scheduler = "random", .isolate = false}) { \
    co_await suite##_##name##_Body();                                 \
  }                                                                   \
  static ::orrery::Task<> suite##_##name##_Body()

#endif  // ORRERY_TESTS_CONFORMANCE_ANY_ORDER_H_
