// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Small programs with a known bug each, for measuring policies. A bug shows as
// `ModelResult::failed` or as a deadlock. They are classics of the literature,
// written anew; every access to something shared is a step.

#ifndef ORRERY_SCHEDULER_MODEL_CORPUS_H_
#define ORRERY_SCHEDULER_MODEL_CORPUS_H_

#include <cstddef>
#include <cstdint>

#include "orrery/scheduler/model_program.h"

namespace orrery {

// Returns whether a run has met the bug of its program.
inline bool FoundBug(const ModelResult& result) {
  return result.failed || result.deadlock;
}

// A check that is wrong if it comes after a deposit and a withdrawal.
ModelProgram Account();
// A device driver that is stopped while a request is being counted.
ModelProgram Bluetooth();
// Two locks taken crosswise; `pad` private steps before each of them.
ModelProgram Deadlock01(size_t pad = 0);
// Philosophers, each of whom takes the left fork first.
ModelProgram Dining(size_t n);
// Two add under a lock; a third expects that one of them has not.
ModelProgram Lazy01();
// `setters` write a and then b; `checkers` expect to see both or none.
ModelProgram Reorder(size_t setters, size_t checkers);
// n - 1 threads write under one lock, then under another; the last reads both.
ModelProgram Twostage(size_t n);
// One thread counts under a lock, `k` threads under another one.
ModelProgram Wronglock(size_t k);
// The length of a string that another thread cuts between two looks at it.
ModelProgram Stringbuffer();
// Fails if the read of one thread comes after 20 steps and a write of another.
ModelProgram Fig5();
// Fails if a value changes between two reads; `pad` private steps around.
ModelProgram Fig1b(size_t pad);
// One store against `stores` of another thread; fails if it comes last.
ModelProgram Uneven(size_t stores);

// Two threads of `n` operations each, x = 2x and x = 2x + 1: the final x names
// the interleaving. Without any other step; run it with `begin_is_step` false.
ModelProgram Doubling(size_t n);
// The same two, whose operations declare nothing, with a yield between them.
ModelProgram DoublingWithYields(size_t n);
// The same two, started and awaited by a third.
ModelProgram DoublingWithMain(size_t n);

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_MODEL_CORPUS_H_
