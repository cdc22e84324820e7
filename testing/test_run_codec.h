// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A `TestRun` as a message, to be sent from the process of a run to that of the
// test. All of it but the exception, of which remains that there was one.

#ifndef ORRERY_TESTING_TEST_RUN_CODEC_H_
#define ORRERY_TESTING_TEST_RUN_CODEC_H_

#include <cstddef>

#include "orrery/testing/test_payload.pb.h"
#include "orrery/testing/test_run.h"

namespace orrery {

// Of a deadlock of a million tasks, so many are told about.
inline constexpr size_t kMaxTasksTold = 100'000;

void EncodeTestRun(const TestRun& from, sim_test::v1::TestRun& to);
TestRun DecodeTestRun(const sim_test::v1::TestRun& from);

}  // namespace orrery

#endif  // ORRERY_TESTING_TEST_RUN_CODEC_H_
