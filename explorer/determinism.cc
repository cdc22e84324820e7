// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/determinism.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/digest.h"
#include "orrery/explorer/check_jobs.h"
#include "orrery/explorer/record_diff.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

constexpr uint64_t kSampledOneIn = 20;  // 5 %

// How often a run has to be the same before it counts as one that is always
// the same. What differs half of the time, as a race of threads may, passes
// for that once in 256 times; what differs once in four times, once in ten.
constexpr int kRepetitions = 8;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)),
                     std::istreambuf_iterator<char>());
}

// The end of what a process has printed, which says what was wrong with it.
std::string LastLines(const std::string& path) {
  constexpr size_t kMost = 2000;
  std::string text = ReadAll(path);
  if (text.size() > kMost) text = text.substr(text.size() - kMost);
  return text.empty() ? "it printed nothing"
                      : absl::StrCat("it printed:\n", text);
}

absl::Status Damaged(const absl::Status& status) {
  return absl::InternalError(
      absl::StrCat("a record of a run is damaged: ", status.message()));
}

}  // namespace

bool IsSampled(absl::string_view name, Seed seed) {
  Digest digest;
  for (char c : name) digest.Mix(static_cast<unsigned char>(c));
  digest.Mix(seed.value);
  // The low bits of a digest are the better for one more round.
  digest.Mix(name.size());
  return digest.value() % kSampledOneIn == 0;
}

DeterminismChecker::DeterminismChecker(DeterminismOptions options)
    : options_(std::move(options)) {}

DeterminismChecker::~DeterminismChecker() {
  std::error_code ignored;
  std::filesystem::remove_all(options_.scratch, ignored);
}

absl::Status DeterminismChecker::Start(absl::Span<const size_t> order,
                                       const Attempt& attempt) {
  absl::Status status =
      WriteCheckOrder(order, attempt.sharing, options_.scratch);
  if (!status.ok()) return status;
  OtherProcess process;
  process.words = options_.words;
  process.environment =
      PerturbedEnvironment(options_.environment, attempt.which);
  process.environment.push_back(
      absl::StrCat(kCheckFolderVariable, "=", options_.scratch));
  process.output_path = absl::StrCat(options_.scratch, "/output");
  process.fixed_addresses = attempt.fixed_addresses;
  process.patience = options_.patience;
  if (attempt.which.Has(Perturbation::kFolder)) {
    process.folder = absl::StrCat(options_.scratch, "/elsewhere");
    const std::string problem = MakeOtherFolder(process.folder);
    if (!problem.empty()) return absl::UnknownError(problem);
  }
  ++processes_;
  end_ = RunInOtherProcess(process);
  // A process that died in the middle of a run has left what it did until then.
  std::error_code ignored;
  const bool began =
      std::filesystem::exists(CheckResultPath(options_.scratch, 0), ignored);
  if (!end_.problem.empty() || !began) {
    return absl::UnavailableError(absl::StrCat(
        "the other process ", end_.ToString(),
        " before it had made any run again; ", LastLines(process.output_path)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<DeterminismChecker::Difference>>
DeterminismChecker::Compare(absl::Span<const RunRecord> records,
                            absl::Span<const size_t> order) {
  for (size_t i = 0; i < order.size(); ++i) {
    absl::StatusOr<Trace> first = ParseTrace(
        records[order[i]].events, "first run", {.allow_incomplete = true});
    if (!first.ok()) return Damaged(first.status());
    absl::StatusOr<Trace> second = ReadTrace(
        CheckResultPath(options_.scratch, i), {.allow_incomplete = true});
    if (!second.ok()) {
      // Not even begun, and no run before it differs: the process ended
      // between two runs.
      return absl::UnavailableError(
          absl::StrCat("the other process ", end_.ToString(), " after ", i,
                       " of ", order.size(), " runs; ",
                       LastLines(absl::StrCat(options_.scratch, "/output"))));
    }
    second->name = "second run";
    std::optional<std::string> diff = DiffRecords(*first, *second);
    if (!diff.has_value()) continue;
    if (!second->footer.has_value() && !end_.ok()) {
      absl::StrAppend(&*diff, "\nin its second run, the process ",
                      end_.ToString());
    }
    return Difference{i, *std::move(diff)};
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<DeterminismChecker::Difference>>
DeterminismChecker::StartAndCompare(absl::Span<const RunRecord> records,
                                    absl::Span<const size_t> order,
                                    const Attempt& attempt) {
  const absl::Status status = Start(order, attempt);
  if (!status.ok()) return status;
  return Compare(records, order);
}

absl::StatusOr<std::optional<Nondeterminism>> DeterminismChecker::Check(
    absl::Span<const RunRecord> records) {
  if (records.empty()) return std::nullopt;
  const absl::Status status = WriteCheckRecords(records, options_.scratch);
  if (!status.ok()) return status;
  std::vector<size_t> order;
  for (size_t i = 0; i < records.size(); ++i) order.push_back(i);
  const bool shared = options_.sharing == CheckSharing::kShared;
  if (shared) order.push_back(0);
  auto found = StartAndCompare(records, order, {.sharing = options_.sharing});
  if (!found.ok()) return found.status();
  if (!found->has_value()) return std::nullopt;

  Nondeterminism result;
  const size_t position = (*found)->position;
  result.record = order[position];
  result.diff = std::move((*found)->diff);
  result.second = ReadAll(CheckResultPath(options_.scratch, position));
  if (shared && position > 0) {
    // Is it what came before it in the process?
    auto alone = RepeatAndCompare(records, result.record, {});
    if (!alone.ok()) return alone.status();
    if (!alone->has_value()) {
      result.cause =
          "it differs only after other runs in the same process, which have "
          "left something behind: a static variable, a thread_local, a "
          "singleton, a cache";
      return result;
    }
    result.diff = std::move((*alone)->diff);
    result.second = ReadAll(CheckResultPath(options_.scratch, 0));
  }
  absl::StatusOr<std::string> cause = FindCause(records, result.record);
  if (!cause.ok()) return cause.status();
  result.cause = *std::move(cause);
  return result;
}

absl::StatusOr<std::optional<std::string>> DeterminismChecker::CheckOne(
    const RunRecord& record, Perturbations which) {
  const absl::Status status = WriteCheckRecords({record}, options_.scratch);
  if (!status.ok()) return status;
  auto found = StartAndCompare({record}, {0}, {.which = which});
  if (!found.ok()) return found.status();
  if (!found->has_value()) return std::nullopt;
  return std::move((*found)->diff);
}

// Makes one run again, several times, each in a process of its own, until it
// differs.
absl::StatusOr<std::optional<DeterminismChecker::Difference>>
DeterminismChecker::RepeatAndCompare(absl::Span<const RunRecord> records,
                                     size_t record, const Attempt& attempt) {
  for (int i = 0; i < kRepetitions; ++i) {
    auto found = StartAndCompare(records, {record}, attempt);
    if (!found.ok() || found->has_value()) return found;
  }
  return std::nullopt;
}

// Most programs that need no change to differ do so at the first try. Whether
// the others need one is asked once there is something to blame.
absl::StatusOr<std::string> DeterminismChecker::FindCause(
    absl::Span<const RunRecord> records, size_t record) {
  const Attempt plain = {.which = {}};
  auto alone = StartAndCompare(records, {record}, plain);
  if (!alone.ok()) return alone.status();
  if (alone->has_value()) {
    return CauseInAnyProcess(record, "it differs in every process");
  }
  absl::StatusOr<std::string> cause = CauseInPerturbations(records, record);
  if (!cause.ok()) return cause;
  alone = RepeatAndCompare(records, record, plain);
  if (!alone.ok()) return alone.status();
  if (alone->has_value()) {
    return CauseInAnyProcess(record,
                             "it differs in some processes and not in others");
  }
  return cause;
}

// Changes one thing at a time. Memory comes first: a program that is at its
// mercy differs under the slightest provocation.
absl::StatusOr<std::string> DeterminismChecker::CauseInPerturbations(
    absl::Span<const RunRecord> records, size_t record) {
  std::string cause;
  for (Perturbation one : {Perturbation::kContents, Perturbation::kHeapLayout,
                           Perturbation::kEnvironment, Perturbation::kLocale,
                           Perturbation::kTimeZone, Perturbation::kFolder}) {
    auto found = StartAndCompare(records, {record}, {.which = one});
    if (!found.ok()) return found.status();
    if (!found->has_value()) continue;
    absl::StrAppend(&cause, cause.empty() ? "" : "\n",
                    "it differs as soon as the process has ",
                    PerturbationText(one), ": ", PerturbationHint(one));
    if (one == Perturbation::kContents || one == Perturbation::kHeapLayout) {
      return cause;
    }
  }
  if (!cause.empty()) return cause;
  return std::string(
      "it differs if heap layout, memory, environment, locale, time zone and "
      "working directory are all different, and not if only one of them is");
}

// It differs although nothing was changed that we can change. With addresses
// that are the same in two processes, what differs between those two is time
// or entropy.
absl::StatusOr<std::string> DeterminismChecker::CauseInAnyProcess(
    size_t record, absl::string_view where) {
  const Attempt fixed = {.which = {}, .fixed_addresses = true};
  absl::Status status = Start({record}, fixed);
  if (!status.ok()) return status;
  RunRecord one;
  one.events = ReadAll(CheckResultPath(options_.scratch, 0));
  const size_t same[] = {0};
  for (int i = 0; i < kRepetitions; ++i) {
    status = Start({record}, fixed);
    if (!status.ok()) return status;
    auto found = Compare({one}, same);
    if (!found.ok()) return found.status();
    if (!found->has_value()) continue;
    return absl::StrCat(
        where,
        ", even in two with the same addresses: a clock, entropy "
        "(std::random_device), a thread, the process id, the order of a "
        "protobuf map");
  }
  return CauseWithSameAddresses(record, where);
}

absl::StatusOr<std::string> DeterminismChecker::CauseWithSameAddresses(
    size_t record, absl::string_view where) {
  const absl::Status status = Start(
      {record, record},
      {.which = {}, .fixed_addresses = true, .sharing = CheckSharing::kShared});
  if (!status.ok()) return status;
  absl::StatusOr<Trace> first = ReadTrace(CheckResultPath(options_.scratch, 0));
  absl::StatusOr<Trace> second =
      ReadTrace(CheckResultPath(options_.scratch, 1));
  if (first.ok() && second.ok() && DiffRecords(*first, *second).has_value()) {
    return std::string(
        "two runs in one process differ, two processes with the same addresses "
        "do not: a run leaves something behind for the next (a static "
        "variable, a thread_local); or, where memory was used before, an "
        "address that is printed or ordered, the order of a hash map, memory "
        "that it has not written to");
  }
  return absl::StrCat(
      where,
      ", but not in two with the same addresses: the order of a hash map (its "
      "salt is an address), an address that is printed, hashed or ordered, "
      "memory that it has not written to");
}

}  // namespace orrery
