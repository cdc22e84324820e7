// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/determinism.md shows: what makes a run differ from the one before,
// and what to write instead. The good halves are tested.

#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "absl/time/clock.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

SIM_TEST(DeterminismSnippets, TimeIsTheSimulations) {
  // [snippet: clock]
  // BAD: the machine's clock shows another time in each run.
  const absl::Time bad_deadline = absl::Now() + absl::Seconds(5);

  // GOOD: every run begins at the same instant.
  const absl::Time deadline = Now() + absl::Seconds(5);
  // [end: clock]
  EXPECT_EQ(deadline, SimEpoch() + absl::Seconds(5));
  EXPECT_NE(bad_deadline, deadline);
  co_return;
}

SIM_TEST(DeterminismSnippets, WaitingIsTheSimulations) {
  // [snippet: sleep]
  // BAD: the machine waits; the simulation's clock stands still.
  std::this_thread::sleep_for(std::chrono::milliseconds(5));

  // GOOD: the simulation's clock moves; the machine does not wait.
  co_await Sleep(absl::Milliseconds(5));
  // [end: sleep]
  EXPECT_EQ(Elapsed(), absl::Milliseconds(5));
}

SIM_TEST(DeterminismSnippets, NumbersComeFromTheScheduler) {
  // [snippet: random]
  // BAD: another seed in each run, and a distribution that each library
  // computes in its own way.
  std::mt19937 generator(std::random_device{}());
  const int bad_jitter_ms = std::uniform_int_distribution(0, 99)(generator);

  // GOOD: drawn through the scheduler, and recorded.
  const uint64_t jitter_ms = Random("retry jitter").Below(100);
  // [end: random]
  EXPECT_LT(jitter_ms, 100);
  EXPECT_LT(bad_jitter_ms, 100);
  co_return;
}

void Send(uint64_t, uint64_t) {}

SIM_TEST(DeterminismSnippets, OneDrawAStatement) {
  const Random random("packet");
  // [snippet: draws]
  // BAD: clang draws the first argument first, g++ the last.
  Send(random.Below(10), random.Below(1000));

  // GOOD: a statement for each.
  const uint64_t receiver = random.Below(10);
  const uint64_t size = random.Below(1000);
  Send(receiver, size);
  // [end: draws]
  co_return;
}

struct Client {
  int id;
};

Task<> Notify(std::vector<int>& notified, const Client* client) {
  notified.push_back(client->id);
  co_return;
}

SIM_TEST(DeterminismSnippets, OrderIsTheProgramsOwn) {
  const Client ann{1};
  const Client ben{2};
  std::vector<int> notified;
  // [snippet: order]
  // BAD: in the order of hashes of addresses.
  const std::unordered_set<const Client*> bad_clients = {&ben, &ann};
  for (const Client* client : bad_clients) co_await Notify(notified, client);

  // GOOD: in the order of numbers that the program gave them.
  const std::map<int, const Client*> clients = {{2, &ben}, {1, &ann}};
  for (const auto& [id, client] : clients) co_await Notify(notified, client);
  // [end: order]
  notified.erase(notified.begin(), notified.begin() + 2);
  EXPECT_THAT(notified, testing::ElementsAre(1, 2));
}

void Write(int& written) { ++written; }

Task<> WriteAsATask(int& written) {
  Write(written);
  co_return;
}

SIM_TEST(DeterminismSnippets, TasksTakeThePlaceOfThreads) {
  int written = 0;
  // [snippet: thread]
  // BAD: the operating system decides when the thread runs.
  std::thread bad_writer(Write, std::ref(written));
  bad_writer.join();

  // GOOD: the scheduler decides when the task runs.
  JoinHandle<> writer = Spawn("writer", WriteAsATask, std::ref(written));
  co_await writer;
  // [end: thread]
  EXPECT_EQ(written, 2);
}

// [snippet: global]
// BAD: the next run in this process goes on where this one stopped.
int BadNextId() {
  static int last = 0;
  return ++last;
}

// GOOD: made in the test, or a member of its fixture, of which each run has a
// new one.
class Ids {
 public:
  int Next() { return ++last_; }

 private:
  int last_ = 0;
};
// [end: global]

SIM_TEST(DeterminismSnippets, StateIsMadeAnew, {.runs = 3}) {
  Ids ids;
  EXPECT_EQ(ids.Next(), 1);
  EXPECT_GE(BadNextId(), 1);
  co_return;
}

// [snippet: environment]
// BAD: another machine, another user, another run.
int BadWorkers() {
  const char* text = std::getenv("WORKERS");
  return text == nullptr ? 1 : std::atoi(text);
}

// GOOD: whoever calls it says how many; `main` may read the environment.
struct ServerOptions {
  int workers = 1;
};
// [end: environment]

SIM_TEST(DeterminismSnippets, OptionsArePassedIn) {
  const ServerOptions options;
  EXPECT_EQ(options.workers, 1);
  EXPECT_GE(BadWorkers(), 0);
  co_return;
}

}  // namespace
}  // namespace orrery
