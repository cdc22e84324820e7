// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/leaks.h"

#include <atomic>
#include <chrono>
#include <clocale>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "orrery/sim/log.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/testing/allow_escape.h"

namespace orrery {
namespace {

// Each leak is in a client, and what leaks steers how long it sleeps, or what
// it logs.
Task<> RunClient(Task<> (*client)()) {
  JoinHandle<> running = Spawn("client", client);
  co_await running;
}

Task<> JitterByDevice() {
  unsigned drawn;
  {
    const AllowEscape allow("a planted leak");
    std::random_device device;
    drawn = device();
  }
  co_await Sleep(absl::Microseconds(1 + drawn % 1'000'000));  // LEAK: device
}

Task<> StampByClock() {
  const AllowEscape allow("a planted leak");
  const int64_t now_ns =
      std::chrono::system_clock::now().time_since_epoch().count();
  Log(absl::StrCat("request at ", now_ns));  // LEAK: clock
  co_return;
}

Task<> WaitForHome() {
  const char* home = std::getenv("HOME");
  const size_t length = home == nullptr ? 0 : std::string(home).size();
  co_await Sleep(absl::Milliseconds(length + 1));  // LEAK: getenv
}

struct Session {
  // Whoever wrote this forgot `= 0`.
  Session() {}  // NOLINT
  unsigned char retries[64];
};

Task<> RetryAsOften() {
  const std::unique_ptr<Session> session(new Session);
  // Through a volatile pointer: an optimizer may take a read of what nobody has
  // written for anything, even for two different things.
  const volatile unsigned char* const retries = session->retries;
  int sum = 0;
  for (size_t i = 0; i < sizeof(session->retries); ++i) sum += retries[i];
  Log(absl::StrCat("retries ", sum));  // LEAK: uninitialized
  co_return;
}

Task<> CountForEver() {
  static int last = 0;
  ++last;
  Log(absl::StrCat("request ", last));  // LEAK: static
  co_return;
}

Task<> CountPerThread() {
  thread_local int used = 0;
  ++used;
  co_await Sleep(absl::Seconds(used));  // LEAK: thread_local
}

// What the thread has got to when it is looked at is a matter of luck; looked
// at once it may well be the same. Atomic, so that it is no undefined behavior
// too.
Task<> AskAThread() {
  const AllowEscape allow("a planted leak");
  std::atomic<uint64_t> turns = 0;
  std::atomic<bool> stop = false;
  std::thread worker([&] {
    while (!stop) ++turns;
  });
  uint64_t seen = 0;
  for (uint64_t look = 1; look <= 50; ++look) {
    while (turns < look * 200) {
    }
    seen += turns;
  }
  stop = true;
  worker.join();
  Log(absl::StrCat("progress ", seen));  // LEAK: thread
  co_return;
}

Task<> NameByAddress() {
  const std::unique_ptr<int> connection = std::make_unique<int>(7);
  Log(absl::StrFormat("connection %p", connection.get()));  // LEAK: address
  co_return;
}

// How many letters a text has depends on what its bytes mean.
Task<> CountLetters() {
  const char* const before = std::setlocale(LC_ALL, nullptr);
  const std::string saved = before == nullptr ? "C" : before;
  std::setlocale(LC_ALL, "");
  const size_t letters = std::mbstowcs(nullptr, "Ole R\xc3\xb8mer", 0);
  const std::string locale = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, saved.c_str());
  Log(absl::StrCat(letters, " letters in ", locale));  // LEAK: locale
  co_return;
}

}  // namespace

Task<> RandomDeviceLeak() { return RunClient(JitterByDevice); }
Task<> SystemClockLeak() { return RunClient(StampByClock); }
Task<> EnvironmentLeak() { return RunClient(WaitForHome); }
Task<> UninitializedReadLeak() { return RunClient(RetryAsOften); }
Task<> StaticCounterLeak() { return RunClient(CountForEver); }
Task<> ThreadLeak() { return RunClient(AskAThread); }
Task<> PrintedAddressLeak() { return RunClient(NameByAddress); }
Task<> ThreadLocalLeak() { return RunClient(CountPerThread); }
Task<> LocaleLeak() { return RunClient(CountLetters); }

const std::vector<Leak>& Leaks() {
  static const auto* const leaks = new std::vector<Leak>{
      {"RandomDevice", RandomDeviceLeak, "client", "device", "entropy"},
      {"SystemClock", SystemClockLeak, "client", "clock", "a clock"},
      {"Environment", EnvironmentLeak, "client", "getenv", "getenv"},
      {"PointerOrder", PointerOrderLeak, "registry", "pointers",
       "address that is .*ordered|another heap layout: .*pointers as keys"},
      {"HashMapOrder", HashMapOrderLeak, "router", "hash map", "hash map"},
      {"ProtobufMapOrder", ProtobufMapOrderLeak, "sender", "protobuf map",
       "protobuf map|hash map"},
      {"UninitializedRead", UninitializedReadLeak, "client", "uninitialized",
       "memory that it has not written to"},
      {"StaticCounter", StaticCounterLeak, "client", "static",
       "a static variable"},
      {"Thread", ThreadLeak, "client", "thread", "a thread"},
      {"PrintedAddress", PrintedAddressLeak, "client", "address",
       "an address that is printed"},
      {"ThreadLocal", ThreadLocalLeak, "client", "thread_local",
       "a thread_local"},
      {"Locale", LocaleLeak, "client", "locale", "setlocale"},
  };
  return *leaks;
}

const Leak* FindLeak(const std::string& name) {
  for (const Leak& leak : Leaks()) {
    if (name == leak.name) return &leak;
  }
  return nullptr;
}

}  // namespace orrery
