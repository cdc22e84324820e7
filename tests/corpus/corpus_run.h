// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunOf`: a program of the corpus, as explorers and shrinkers run it.

#ifndef ORRERY_TESTS_CORPUS_CORPUS_RUN_H_
#define ORRERY_TESTS_CORPUS_CORPUS_RUN_H_

#include "orrery/explorer/run.h"
#include "orrery/sim/task.h"

namespace orrery::corpus {

// Returns a function that runs `main` in a new simulation, in this process.
RunFunction RunOf(Task<> (*main)());

}  // namespace orrery::corpus

#endif  // ORRERY_TESTS_CORPUS_CORPUS_RUN_H_
