// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// No escape: a program that links `//testing:no_escape`, as everything does
// that links `//testing:sim_test`, fails a run in which a step calls the real
// world. There is nothing to include but for `AllowEscape` (allow_escape.h).
//
//   escape: clock_gettime was called inside a simulation: the machine's clock
//   shows another time in each run
//     use Now() for the time of day and Elapsed() for a stopwatch
//     called by std::chrono::_V2::system_clock::now()
//     called by (anonymous namespace)::Deadline()
//     called by (anonymous namespace)::Main()
//     where it is meant: AllowEscape, or {.allow_escapes = "clock_gettime"}
//
// What is caught, and what the call then answers, for its step goes on to its
// end. Answers are the same in each run.
//
//   clock    clock_gettime, gettimeofday, time, absl::Now, std::chrono: the
//            simulated time, and a millisecond more each time
//   sleep    nanosleep, usleep, sleep, std::this_thread::sleep_for: at once;
//            the clocks above are later by as much
//   wait     poll, select, epoll_wait: the same, and nothing is ready; EINVAL
//            if there is no timeout
//   entropy  getrandom, getentropy, rand, random, arc4random,
//            std::random_device: numbers that follow from the run's seed
//   thread   pthread_create, thrd_create, std::thread, std::async: EAGAIN, of
//            which C++ makes a std::system_error
//   process  fork, vfork, clone, posix_spawn, system, popen: EAGAIN
//   socket   socket, connect, accept, bind, getaddrinfo: EACCES, EAI_FAIL
//   file     open, fopen, creat, opendir, std::fstream: opened all the same;
//            /dev/urandom counts as entropy
//
// `KnownEscapes()` in escapes.h has the whole list. `syscall` is caught where
// it does what one of these does, under that one's name.
//
// Nothing is caught outside of steps: in `main`, in SetUpTestSuite, in a
// fixture's constructor, on other threads. There each call costs a look at a
// variable of the thread and goes on to the real function. Not caught inside a
// step either: what GoogleTest and the libraries for logs do for themselves,
// and this library's own work, such as writing a trace.
//
// To let something through:
//   * a piece of code: `const AllowEscape allow("why");`
//   * a test: {.allow_escapes = "clock,open"}, names and kinds of the above
//   * a whole run of the program: --orrery_allow_escapes=all, or the variable
//     ORRERY_ALLOW_ESCAPES
//   * a program, for good: link `//testing:sim_test_with_escapes` in the place
//     of `//testing:sim_test`. Then nothing is replaced, unless a library that
//     it links depends on `//testing:sim_test`.
//
// How: this library defines these functions, in the program itself, where the
// linker and the loader look first. So it sees calls from the program, from
// libraries linked into it, and from shared libraries, libstdc++ for one; not
// what the C library calls within itself, nor machine instructions (RDTSC,
// RDRAND, SYSCALL) that code uses without a function. Programs that are linked
// wholly statically (-static) cannot have it; with -static-libstdc++ it does
// not see std::random_device. Sanitizers keep their own checks of these
// functions.

#ifndef ORRERY_TESTING_NO_ESCAPE_H_
#define ORRERY_TESTING_NO_ESCAPE_H_

#include "orrery/testing/allow_escape.h"

#endif  // ORRERY_TESTING_NO_ESCAPE_H_
