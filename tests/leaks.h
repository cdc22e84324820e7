// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Programs into which something leaks that is no function of program, policy
// and seed, each through another hole. The check of determinism has to find
// every one of them.

#ifndef ORRERY_TESTS_LEAKS_H_
#define ORRERY_TESTS_LEAKS_H_

#include <string>
#include <vector>

#include "orrery/sim/task.h"

namespace orrery {

struct Leak {
  const char* name;    // "PrintedAddress"
  Task<> (*main)();    // the program
  const char* task;    // who acts in the first event that differs: "client"
  const char* marker;  // the line it acts in ends with "// LEAK: <marker>"
  const char* cause;   // matches what is to be said about the cause
};

// All twelve. The bodies are in leaks.cc and leaks_in_order.cc.
const std::vector<Leak>& Leaks();

// Returns the one with this name; null if there is none.
const Leak* FindLeak(const std::string& name);

Task<> RandomDeviceLeak();
Task<> SystemClockLeak();
Task<> EnvironmentLeak();
Task<> PointerOrderLeak();
Task<> HashMapOrderLeak();
Task<> ProtobufMapOrderLeak();
Task<> UninitializedReadLeak();
Task<> StaticCounterLeak();
Task<> ThreadLeak();
Task<> PrintedAddressLeak();
Task<> ThreadLocalLeak();
Task<> LocaleLeak();

}  // namespace orrery

#endif  // ORRERY_TESTS_LEAKS_H_
