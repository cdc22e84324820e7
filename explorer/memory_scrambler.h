// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ScrambleMemory`: leaves the heap as a long life would have left it. In a
// young process the second block has a higher address than the first, and
// fresh memory is zero; a program that counts on either goes unnoticed until it
// has lived for a while.

#ifndef ORRERY_EXPLORER_MEMORY_SCRAMBLER_H_
#define ORRERY_EXPLORER_MEMORY_SCRAMBLER_H_

#include <cstdint>

namespace orrery {

// Fragments the heap and the pool of coroutine frames, so that the next few
// dozen blocks of each size up to a kilobyte come in an order that `seed`
// decides, and fills them, and some of the stack, with bytes that are not zero.
// Keeps about two megabytes. Takes well under a millisecond, some more under
// sanitizers.
//
// For a process that exists to make runs once more. It does so by itself,
// before `main`, if the variable `kScrambleVariable` holds a seed; the pool of
// frames belongs to a thread, so whoever makes the runs calls it too.
void ScrambleMemory(uint64_t seed);

// Does so if the variable `kScrambleVariable` asks for it.
void ScrambleMemoryIfAsked();

}  // namespace orrery

#endif  // ORRERY_EXPLORER_MEMORY_SCRAMBLER_H_
