// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DeterminismChecker`: makes runs again where everything is different that
// must not matter, and reports the first event that differs.
//
// A run is to be a function of program, policy and seed. What leaks in besides
// is often the same for two runs on one machine: the order of addresses, the
// user, the zeros in fresh memory. So the second run is made by another
// process, started from the program's file, with another heap layout, other
// contents of memory, environment, locale, time zone and working directory;
// addresses, hash salts, the process id and the clock are others anyway.
//
// One process makes many runs, each in a child of its own, or one after the
// other, and the first of them once more at the end. Then what one run leaves
// behind for the next is seen too, even if the first runs each had a process to
// themselves.

#ifndef ORRERY_EXPLORER_DETERMINISM_H_
#define ORRERY_EXPLORER_DETERMINISM_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "orrery/base/seed.h"
#include "orrery/explorer/check_jobs.h"
#include "orrery/explorer/other_process.h"
#include "orrery/explorer/perturbation.h"
#include "orrery/explorer/run_recorder.h"

namespace orrery {

// Returns whether a run is one of the 5 % that are checked: a function of its
// seed and of `name`, which is that of the program; so of many programs that
// are run with one seed, some are checked.
bool IsSampled(absl::string_view name, Seed seed);

// How this program is started again, to make the runs that it is left. There it
// has to call `MakeCheckedRuns(CheckFolder(), ...)` and end with code 0.
struct DeterminismOptions {
  std::vector<std::string> words;        // the command line
  std::vector<std::string> environment;  // "NAME=value", before it is changed
  std::string scratch;  // a folder that may be made and removed
  absl::Duration patience = absl::Minutes(1);  // for one process
  CheckSharing sharing = CheckSharing::kShared;
};

// A run that is not a function of program, policy and seed.
struct Nondeterminism {
  size_t record = 0;   // which
  std::string diff;    // both sides in words, what came before, who acted
  std::string cause;   // what it takes for the run to differ, and the usual
                       // reasons; lines
  std::string second;  // the trace of the second run, at level kEvents
};

class DeterminismChecker {
 public:
  explicit DeterminismChecker(DeterminismOptions options);
  DeterminismChecker(const DeterminismChecker&) = delete;
  DeterminismChecker& operator=(const DeterminismChecker&) = delete;
  ~DeterminismChecker();

  // Makes the runs again, all in one process, and returns the first that
  // differs, or none. If one does, up to 33 more processes are spent on finding
  // out what it takes. A run that differs on its own only now and then is told
  // as such: nothing is blamed before the run has been the same several times
  // without it.
  //
  // Errors:
  //   kUnavailable  the other process could not be started, or ended without
  //                 making the runs; the message has the end of its output
  //   others        a file could not be written, as the system says
  absl::StatusOr<std::optional<Nondeterminism>> Check(
      absl::Span<const RunRecord> records);

  // Makes one run again with only `which` changed. Returns the difference.
  // Errors: as above.
  absl::StatusOr<std::optional<std::string>> CheckOne(const RunRecord& record,
                                                      Perturbations which);

  // How many processes have been started.
  uint64_t processes() const { return processes_; }

 private:
  struct Attempt {
    Perturbations which = Perturbations::All();
    bool fixed_addresses = false;
    CheckSharing sharing = CheckSharing::kApart;
  };
  struct Difference {
    size_t position = 0;
    std::string diff;
  };

  absl::Status Start(absl::Span<const size_t> order, const Attempt& attempt);
  absl::StatusOr<std::optional<Difference>> Compare(
      absl::Span<const RunRecord> records, absl::Span<const size_t> order);
  absl::StatusOr<std::optional<Difference>> StartAndCompare(
      absl::Span<const RunRecord> records, absl::Span<const size_t> order,
      const Attempt& attempt);
  absl::StatusOr<std::optional<Difference>> RepeatAndCompare(
      absl::Span<const RunRecord> records, size_t record,
      const Attempt& attempt);
  absl::StatusOr<std::string> FindCause(absl::Span<const RunRecord> records,
                                        size_t record);
  absl::StatusOr<std::string> CauseInPerturbations(
      absl::Span<const RunRecord> records, size_t record);
  absl::StatusOr<std::string> CauseInAnyProcess(size_t record,
                                                absl::string_view where);
  absl::StatusOr<std::string> CauseWithSameAddresses(size_t record,
                                                     absl::string_view where);

  DeterminismOptions options_;
  OtherProcessEnd end_;  // of the latest process
  uint64_t processes_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_DETERMINISM_H_
