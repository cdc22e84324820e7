// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The programs of the corpus: small concurrent programs with one known bug
// each, most of them from the papers and suites by which testing tools have
// been measured, written anew for Orrery. corpus.h lists them.
//
// Each is the main task of a run. The buggy version fails under some schedules:
// it calls `FailRun`, or comes to a deadlock. The fixed one does the same work
// and fails under none.

#ifndef ORRERY_TESTS_CORPUS_PROGRAMS_H_
#define ORRERY_TESTS_CORPUS_PROGRAMS_H_

#include <cstdint>

#include "orrery/sim/task.h"

namespace orrery::corpus {

enum class Version : uint8_t { kBuggy, kFixed };

// ---- Assertions about shared memory ----------------------------------------

// A deposit, a withdrawal and an audit of one account, under a lock. The audit
// expects the wrong sum, which shows when it comes last.
Task<> Account(Version version);

// Three tasks under a lock; the third one asserts that it is not the last.
Task<> Lazy(Version version);

// A driver that is stopped while a request begins (Qadeer, Wu: "KISS", 2004).
// The request looks whether it may begin, and only then says that it does.
Task<> Bluetooth(Version version);

// `setters` tasks store a, then b; `checkers` tasks look for b without a.
Task<> Reorder(Version version, int setters, int checkers);

// `writers` tasks update two cells, each under a lock of its own; a reader that
// comes between the two sees the first without the second.
Task<> TwoStage(Version version, int writers);

// One task increments under one lock, and `others` under another.
Task<> WrongLock(Version version, int others);

// `tasks` tasks increment a counter: a load and a store.
Task<> LostUpdate(Version version, int tasks);

// java.lang.StringBuffer (Flanagan, Qadeer: "A type and effect system for
// atomicity", 2003): `append` asks for the length of another buffer, and copies
// that many characters in a second critical section.
Task<> StringBuffer(Version version);

// ---- The figures of papers --------------------------------------------------

// One task takes twenty steps and sets a flag; the other one must see it unset.
// Burckhardt et al.: "A randomized scheduler with probabilistic guarantees of
// finding bugs" (2010), figure 5.
Task<> Figure5(Version version);

// One task clears a pointer, and another one looks at it twice, each amid `pad`
// steps of its own: figure 1b of the same paper.
Task<> Figure1b(Version version, int pad);

// A store of zero against 25 stores of one; fails if zero is what is left. A
// random walk does not get there: the one store is almost always early.
Task<> Uneven(Version version);

// ---- Deadlocks --------------------------------------------------------------

// Two tasks take two locks in opposite orders.
Task<> OppositeLocks(Version version);

// `seats` philosophers, each taking the fork to the left first.
Task<> Dining(Version version, int seats);

// A monitor with one condition variable for two conditions (Cargill: "Specific
// notification for Java thread synchronization", 1996): a consumer can wake
// another consumer, and everybody sleeps. Each reader takes its share of the
// `writers` * `items` items that the writers put into `capacity` places.
struct BufferShape {
  int readers = 2;
  int writers = 1;
  int items = 10;
  int capacity = 1;
};
Task<> BoundedBuffer(Version version, BufferShape shape);
// The same in a shape that is drawn: the search has to find that as well.
Task<> AnyBoundedBuffer(Version version);

// A read guard that is alive across a suspension: its task takes the lock for
// reading a second time, and a writer has queued up in between.
Task<> GuardAcrossAwait(Version version);

// A flag that is looked at before the lock is taken: it is set, and its waiter
// notified, before the waiter sleeps.
Task<> LostWakeup(Version version);

// ---- Messages ---------------------------------------------------------------

// Raft's election: a candidate repeats its requests for votes, and counts
// replies instead of voters. Two leaders in one term.
Task<> RaftRepeatedRequests(Version version);
// The same, where the network delivers messages twice.
Task<> RaftDuplicatedMessages(Version version);

// A manager keeps three copies of an item alive. The last report of a node that
// has died puts it back among the living, and the item is never repaired.
Task<> ReplicatingStorage(Version version);

// A ring of nodes that hold keys, and one that joins. A client asks for a key
// until somebody has it; nobody ever stored some of them.
Task<> Chord(Version version);

// Pings with a timeout. A timer that could not be cancelled in time ends the
// next round early, and pings pile up at a node that is alive.
Task<> FailureDetector(Version version);

// Three servers in a chain, of which the middle one dies. The head has to send
// again what was under way.
Task<> ChainReplication(Version version);

// Two requests create one account: both look, find nothing, and put.
Task<> AccountManager(Version version);

// Two senders, three messages; the receiver expects none between the first
// sender's two.
Task<> SendInterleavings(Version version);

// ---- For counting -----------------------------------------------------------

// Two tasks of five steps each: x = 2x, and x = 2x + 1. Each of the 252 orders
// leaves another value in `*result` (Zhao et al.: "Selectively uniform
// concurrency testing", 2025).
Task<> DoublingToy(uint64_t* result);

// The last zero of an array into which `writers` tasks store (Abdulla et al.:
// "Optimal dynamic partial order reduction", 2014).
Task<> LastZero(int writers);

// One writer of a cell, and `readers` who read it: 2^readers outcomes.
Task<> Readers(int readers);

}  // namespace orrery::corpus

#endif  // ORRERY_TESTS_CORPUS_PROGRAMS_H_
