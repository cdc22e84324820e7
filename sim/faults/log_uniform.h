// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LogUniform`: a number of which one in each order of magnitude is as likely
// as one in another, for what nobody knows how large it should be: of a chance
// from 0.01 % to 10 %, a third is below 0.1 %. All is computed in integers.

#ifndef ORRERY_SIM_FAULTS_LOG_UNIFORM_H_
#define ORRERY_SIM_FAULTS_LOG_UNIFORM_H_

#include <cstdint>

namespace orrery {

// How many numbers `LogUniform` makes something of.
inline constexpr uint64_t kLogUniformSteps = 1 << 16;

// Returns least * (most / least) ^ (step / (kLogUniformSteps - 1)), rounded:
// `least` for step 0, `most` for the last one. It is off by less than one part
// in 10,000. 1 <= `least` <= `most`.
uint64_t LogUniform(uint64_t least, uint64_t most, uint64_t step);

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_LOG_UNIFORM_H_
