// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/check_jobs.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/scheduler/lenient_scheduler.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

std::string OrderPath(const std::string& folder) {
  return absl::StrCat(folder, "/order");
}

std::string RecordPath(const std::string& folder, uint64_t record) {
  return absl::StrCat(folder, "/", record, ".choices.orrery");
}

constexpr char kApart[] = "apart";
constexpr char kShared[] = "shared";

struct Order {
  bool apart = false;
  std::vector<uint64_t> records;  // their numbers
};

absl::StatusOr<Order> ReadOrder(const std::string& folder) {
  std::ifstream file(OrderPath(folder));
  Order order;
  std::string sharing;
  file >> sharing;
  order.apart = sharing == kApart;
  uint64_t record;
  while (file >> record) order.records.push_back(record);
  if (!file.eof() || order.records.empty() ||
      (!order.apart && sharing != kShared)) {
    return absl::DataLossError(
        absl::StrCat(OrderPath(folder),
                     ": expected \"apart\" or \"shared\", and the numbers of "
                     "runs to make again"));
  }
  return order;
}

// Makes the run in a child, and waits for it.
absl::Status MakeApart(const std::function<absl::Status()>& make) {
  std::fflush(nullptr);  // or the child would write it once more
  const pid_t child = ::fork();
  if (child < 0) return absl::UnavailableError("no process");
  if (child == 0) {
    const absl::Status status = make();
    if (!status.ok()) std::printf("%s\n", status.ToString().c_str());
    std::fflush(nullptr);
    ::_exit(status.ok() ? 0 : 1);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    ::signal(WTERMSIG(status), SIG_DFL);
    ::raise(WTERMSIG(status));
  }
  if (status != 0) ::_exit(WEXITSTATUS(status));
  return absl::OkStatus();
}

absl::Status MakeOne(const std::string& folder, uint64_t number,
                     size_t position,
                     const std::function<CheckedEnd(const CheckRun&)>& run) {
  absl::StatusOr<Trace> record =
      ReadTrace(RecordPath(folder, number), {.allow_incomplete = true});
  if (!record.ok()) return record.status();
  LenientScheduler scheduler(std::move(record->schedule));
  TraceHeader header = record->header;
  header.level = TraceLevel::kEvents;
  TraceWriter writer;
  const absl::Status status =
      writer.BeginFile(CheckResultPath(folder, position), header,
                       std::numeric_limits<uint64_t>::max());
  if (!status.ok()) return status;
  EventRecorder recorder(&writer);
  const CheckedEnd end = run({&header, &scheduler, &recorder, &writer});
  return writer.Finish(end.footer, end.not_done);
}

}  // namespace

const std::string& CheckFolder() {
  static const auto* const folder = [] {
    const char* text = std::getenv(kCheckFolderVariable);
    auto* found = new std::string(text == nullptr ? "" : text);
    ::unsetenv(kCheckFolderVariable);
    return found;
  }();
  return *folder;
}

absl::Status WriteCheckRecords(absl::Span<const RunRecord> records,
                               const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::UnknownError(
        absl::StrCat("cannot make ", folder, ": ", error.message()));
  }
  for (size_t i = 0; i < records.size(); ++i) {
    const absl::Status status =
        WriteTraceFile(RecordPath(folder, i), records[i].choices);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status WriteCheckOrder(absl::Span<const size_t> order,
                             CheckSharing sharing, const std::string& folder) {
  for (size_t i = 0; i < order.size(); ++i) {
    std::error_code ignored;  // it need not be there
    std::filesystem::remove(CheckResultPath(folder, i), ignored);
  }
  std::ofstream file(OrderPath(folder));
  file << (sharing == CheckSharing::kApart ? kApart : kShared) << " "
       << absl::StrJoin(order, " ") << "\n";
  if (!file.flush()) {
    return absl::UnknownError(absl::StrCat("cannot write ", OrderPath(folder)));
  }
  return absl::OkStatus();
}

std::string CheckResultPath(const std::string& folder, size_t position) {
  return absl::StrCat(folder, "/", position, ".events.orrery");
}

absl::Status MakeCheckedRuns(
    const std::string& folder,
    const std::function<CheckedEnd(const CheckRun&)>& run) {
  const absl::StatusOr<Order> order = ReadOrder(folder);
  if (!order.ok()) return order.status();
  for (size_t i = 0; i < order->records.size(); ++i) {
    const auto make = [&] {
      return MakeOne(folder, order->records[i], i, run);
    };
    const absl::Status status = order->apart ? MakeApart(make) : make();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace orrery
