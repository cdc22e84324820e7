// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The safe forms that docs/compilers.md shows. Each test counts the objects
// that are left: a compiler that destroys one twice, or not at all, is found
// out.

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

// Stands for whatever has a destructor.
class Name {
 public:
  Name() { ++alive; }
  Name(const Name&) { ++alive; }
  Name& operator=(const Name&) = default;
  ~Name() { --alive; }

  static int alive;
};
int Name::alive = 0;

struct Options {
  Name path;
};

class Record {
 public:
  explicit Record(Name text) : text_(std::move(text)) {}

 private:
  Name text_;
};

int calls = 0;

void Go() { ++calls; }
void Use(int item) { calls += item; }
void Find(const Name&) { ++calls; }

Task<bool> Ready() {
  co_await Yield();
  co_return true;
}
Task<std::optional<int>> Pop() {
  co_await Yield();
  co_return 1;
}
Task<Name> Ask() {
  co_await Yield();
  co_return Name();
}
Task<int> Number(int number) {
  co_await Yield();
  co_return number;
}
Task<> Call(std::function<void()> function) {
  co_await Yield();
  function();
}
Task<> Open(Options) {
  co_await Yield();
  ++calls;
}
Task<> WriteRecord(Record) {
  co_await Yield();
  ++calls;
}

// Runs `body` and returns how many calls it made.
int CallsOf(Task<> (*body)()) {
  calls = 0;
  Name::alive = 0;
  const RunResult result = Simulation().Run(body);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(Name::alive, 0) << "objects made and not destroyed";
  return calls;
}

Task<> Condition() {
  // [snippet: condition]
  const bool ready = co_await Ready();
  if (ready) Go();

  if (auto item = co_await Pop()) Use(*item);  // it declares
  // [end: condition]
}
// A coroutine with no other declaration at its top is where g++ 12 fails.
Task<> DeclaringCondition() {
  if (auto item = co_await Pop()) Use(*item);
}

TEST(CompilersTest, ConditionsThatDeclareMayAwait) {
  EXPECT_EQ(CallsOf(Condition), 2);
  EXPECT_EQ(CallsOf(DeclaringCondition), 1);
}

Task<> Temporaries() {
  const Name name;
  // [snippet: temporary]
  auto find = [name] { Find(name); };  // made in a statement of its own
  co_await Call(find);

  Task<> opened = Open({.path = name});  // no co_await where it is made
  co_await std::move(opened);

  co_await Call([&name] { Find(name); });  // captures a reference
  co_await Sleep(absl::Seconds(1));        // trivially destructible
  co_await WriteRecord(Record(name));      // has a constructor
  // [end: temporary]
}

TEST(CompilersTest, TemporariesWithConstructorsAreDestroyedOnce) {
  EXPECT_EQ(CallsOf(Temporaries), 4);
}

Task<> Conditional() {
  const bool known = calls > 0;  // no constant, which would hide the bug
  const Name cached;
  // [snippet: conditional]
  Name name = cached;
  if (!known) name = co_await Ask();
  // [end: conditional]
  Find(name);
}

TEST(CompilersTest, IfAndElseTakeThePlaceOfAConditional) {
  EXPECT_EQ(CallsOf(Conditional), 1);
}

Task<> Braces() {
  Task<int> a = Number(1);
  Task<int> b = Number(2);
  // [snippet: braces]
  const int first = co_await std::move(a);
  const int second = co_await std::move(b);
  const std::vector<int> both{first, second};
  // [end: braces]
  for (const int item : both) Use(item);
}

TEST(CompilersTest, ListsAreMadeOfWhatWasAwaited) {
  EXPECT_EQ(CallsOf(Braces), 3);
}

}  // namespace
}  // namespace orrery
