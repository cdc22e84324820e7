// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/disk/disk_testing.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_join.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {
namespace {

// Tries every answer, and tells when it has.
class Search final : public Scheduler {
 public:
  std::string Spec() const override { return dfs_.Spec(); }
  SchedulerTraits traits() const override { return dfs_.traits(); }
  void BeginRun(const RunInfo& run) override { dfs_.BeginRun(run); }
  size_t PickNext(const ChoicePoint& where, Candidates ready) override {
    return dfs_.PickNext(where, ready);
  }
  uint64_t Draw(const ChoicePoint& where) override { return dfs_.Draw(where); }
  NextRun EndRun(const RunSummary& run) override {
    return next_ = dfs_.EndRun(run);
  }
  NextRun next() const { return next_; }

 private:
  DfsScheduler dfs_;
  NextRun next_ = NextRun::kAgain;
};

Task<> RunAndCrash(DiskOptions options, DiskScript script, CrashStates* found) {
  Disk disk(options);
  co_await script(disk);
  disk.Crash();
  EXPECT_EQ(disk.CountPending(), 0u);
  const std::string once = TextOf(disk);
  found->states.insert(once);
  // Nothing is left to be lost.
  disk.Crash();
  EXPECT_EQ(TextOf(disk), once);
}

}  // namespace

DiskOptions SmallDisk() {
  DiskOptions options = DiskOptions::Instant();
  options.sector_size = 4;
  return options;
}

Task<File> OpenOrMake(Disk& disk, std::string path) {
  absl::StatusOr<File> file = co_await disk.Open(path, {.create = true});
  EXPECT_TRUE(file.ok()) << file.status();
  if (!file.ok()) co_return File();
  co_return *std::move(file);
}

Task<> WriteTo(Disk& disk, std::string path, uint64_t offset,
               std::string bytes) {
  File file = co_await OpenOrMake(disk, path);
  const size_t size = bytes.size();
  const absl::StatusOr<size_t> written =
      co_await file.Write(offset, std::move(bytes));
  EXPECT_TRUE(written.ok()) << written.status();
  if (written.ok()) {
    EXPECT_EQ(*written, size);
  }
}

Task<> WriteAndSync(Disk& disk, std::string path, uint64_t offset,
                    std::string bytes) {
  co_await WriteTo(disk, path, offset, std::move(bytes));
  File file = co_await OpenOrMake(disk, path);
  co_await Do(file.Sync());
}

Task<> StoreIn(Disk& disk, std::string path, std::string bytes) {
  co_await WriteAndSync(disk, std::move(path), 0, std::move(bytes));
  co_await Do(disk.SyncDirectory(""));
}

Task<> TruncateTo(Disk& disk, std::string path, uint64_t size) {
  File file = co_await OpenOrMake(disk, path);
  co_await Do(file.Truncate(size));
}

Task<std::string> ReadAll(Disk& disk, std::string path) {
  File file = co_await OpenOrMake(disk, path);
  const absl::StatusOr<std::string> bytes = co_await file.Read(0, 1000);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  if (!bytes.ok()) co_return "";
  co_return *bytes;
}

Task<> Do(Task<absl::Status> task) {
  const absl::Status status = co_await std::move(task);
  EXPECT_TRUE(status.ok()) << status;
}

Task<absl::StatusCode> CodeOf(Task<absl::Status> task) {
  const absl::Status status = co_await std::move(task);
  co_return status.code();
}

std::string TextOf(const Disk& disk) {
  std::vector<std::string> parts;
  for (const auto& [path, bytes] : disk.Contents()) {
    std::string text = path;
    if (path.back() != '/') text += "=";
    for (const char c : bytes) text += c == '\0' ? '.' : c;
    parts.push_back(text);
  }
  return absl::StrJoin(parts, " ");
}

FaultCounts CountsOf(absl::string_view name) {
  for (const FaultCounts& fault : Faults::Current().counts()) {
    if (fault.name == name) return fault;
  }
  return {};
}

void ExpectCounts(absl::string_view name, uint64_t armed, uint64_t reached,
                  uint64_t effects) {
  const FaultCounts counts = CountsOf(name);
  EXPECT_EQ(counts.armed, armed) << name;
  EXPECT_EQ(counts.reached, reached) << name;
  EXPECT_EQ(counts.effects, effects) << name;
}

CrashStates AfterCrash(DiskScript script, const DiskOptions& options) {
  Search search;
  CrashStates found;
  do {
    const RunResult result = Simulation({.scheduler = &search})
                                 .Run(RunAndCrash, options, script, &found);
    EXPECT_TRUE(result.ok()) << FormatRunResult(result);
    if (!result.ok()) break;
    ++found.runs;
  } while (search.next() == NextRun::kAgain && found.runs < 5000);
  EXPECT_EQ(search.next(), NextRun::kExhausted);
  return found;
}

}  // namespace orrery
