// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CallStack`: which functions are being called, by their names.

#ifndef ORRERY_TESTING_CALL_STACK_H_
#define ORRERY_TESTING_CALL_STACK_H_

#include <string>
#include <vector>

namespace orrery {

// Returns where each function returns to that this thread is in, the innermost
// first, as far as 64 calls deep. With `from`, an address that one of them
// returns to, it begins with that one; without, or if none does, with the
// function that calls this one.
//
// Takes some microseconds. Not for signal handlers.
std::vector<const void*> CallAddresses(const void* from = nullptr);

// Returns the name of the function that a call returns to at `address`; "?" if
// it is not known, as in a library without symbols. Static functions have names
// too, unless the program was stripped of them. What the compiler has inlined
// has none of its own.
//
// Takes some microseconds, and opens the program's files when it is first
// called. Not for signal handlers.
std::string FunctionAt(const void* address);

// Returns the names of all of them.
std::vector<std::string> CallStack(const void* from = nullptr);

// Returns a linker's name as the sources have it: "orrery::Work()" for
// "_ZN6orrery4WorkEv.resume", which is how clang calls the part of a coroutine
// that runs after its first suspension. What is no mangled name stays as it is.
// The namespace within `absl` that is named after a version is left out.
std::string ReadableName(std::string symbol);

}  // namespace orrery

#endif  // ORRERY_TESTING_CALL_STACK_H_
