// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/make_scheduler.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "orrery/base/check.h"
#include "orrery/scheduler/bytes_scheduler.h"
#include "orrery/scheduler/delay_bound_scheduler.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/dpor_scheduler.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/scheduler/pct_scheduler.h"
#include "orrery/scheduler/portfolio_scheduler.h"
#include "orrery/scheduler/pos_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/scheduler_options.h"
#include "orrery/scheduler/surw_scheduler.h"
#include "orrery/scheduler/urw_scheduler.h"

namespace orrery {
namespace {

using Made = absl::StatusOr<std::unique_ptr<Scheduler>>;

// The members of "portfolio". The strongest come first: the first run of each
// counts.
constexpr absl::string_view kPortfolioMembers =
    "surw+pos+pct:depth=3+urw+random+delay:bound=2";

constexpr uint64_t kAnyNumber = DfsOptions::kUnbounded - 1;

constexpr OptionSpec kDelayOptions[] = {
    {.name = "bound", .otherwise = "2", .max = DelayBoundOptions::kMaxBound},
    {.name = "steps",
     .otherwise = "as many as the profile run has",
     .min = 1,
     .max = DelayBoundOptions::kMaxSteps},
};
constexpr OptionSpec kDfsOptions[] = {
    {.name = "preemptions", .otherwise = "unbounded", .max = kAnyNumber},
    {.name = "delays", .otherwise = "unbounded", .max = kAnyNumber},
    {.name = "steps", .otherwise = "unbounded", .max = kAnyNumber},
    {.name = "values", .otherwise = "16", .min = 1, .max = kAnyNumber},
};
constexpr OptionSpec kDporOptions[] = {
    {.name = "steps", .otherwise = "unbounded", .max = kAnyNumber},
    {.name = "values", .otherwise = "16", .min = 1, .max = kAnyNumber},
};
constexpr OptionSpec kPctOptions[] = {
    {.name = "depth", .otherwise = "3", .min = 1, .max = PctOptions::kMaxDepth},
    {.name = "steps",
     .otherwise = "as many as the profile run has",
     .min = 1,
     .max = PctOptions::kMaxSteps},
};
constexpr OptionSpec kPortfolioOptions[] = {
    {.name = "members", .otherwise = kPortfolioMembers},
};

template <typename Policy>
Made MakePlain(const SchedulerOptions&) {
  return std::make_unique<Policy>();
}

Made MakeDelay(const SchedulerOptions& options) {
  DelayBoundOptions delay;
  delay.bound = options.Number("bound", delay.bound);
  delay.steps = options.Number("steps", delay.steps);
  return std::make_unique<DelayBoundScheduler>(delay);
}

Made MakeDfs(const SchedulerOptions& options) {
  DfsOptions dfs;
  dfs.preemptions = options.Number("preemptions", dfs.preemptions);
  dfs.delays = options.Number("delays", dfs.delays);
  dfs.steps = options.Number("steps", dfs.steps);
  dfs.values = options.Number("values", dfs.values);
  return std::make_unique<DfsScheduler>(dfs);
}

Made MakeDpor(const SchedulerOptions& options) {
  DporOptions dpor;
  dpor.steps = options.Number("steps", dpor.steps);
  dpor.values = options.Number("values", dpor.values);
  return std::make_unique<DporScheduler>(dpor);
}

Made MakePct(const SchedulerOptions& options) {
  PctOptions pct;
  pct.depth = options.Number("depth", pct.depth);
  pct.steps = options.Number("steps", pct.steps);
  return std::make_unique<PctScheduler>(pct);
}

Made MakePortfolio(const SchedulerOptions& options) {
  const absl::string_view listed = options.Text("members", kPortfolioMembers);
  std::vector<std::unique_ptr<Scheduler>> members;
  std::vector<std::string> specs;
  for (const absl::string_view text : absl::StrSplit(listed, '+')) {
    const std::string spec = absl::StrReplaceAll(text, {{"/", ","}});
    Made member = MakeScheduler(spec, Seed(0));
    if (!member.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("its member ", member.status().message()));
    }
    if (!PortfolioScheduler::Admits(**member)) {
      return absl::InvalidArgumentError(
          absl::StrCat("its member \"", spec,
                       "\" does not sample schedules; use it by itself"));
    }
    specs.push_back(absl::StrReplaceAll((*member)->Spec(), {{",", "/"}}));
    members.push_back(*std::move(member));
  }
  const std::string all = absl::StrJoin(specs, "+");
  return std::make_unique<PortfolioScheduler>(
      std::move(members), all == kPortfolioMembers
                              ? "portfolio"
                              : absl::StrCat("portfolio:members=", all));
}

struct Entry {
  absl::string_view name;
  absl::Span<const OptionSpec> options;
  Made (*make)(const SchedulerOptions& options);
};

constexpr absl::Span<const OptionSpec> kNoOptions;

constexpr Entry kEntries[] = {
    {"delay", kDelayOptions, MakeDelay},
    {"dfs", kDfsOptions, MakeDfs},
    {"dpor", kDporOptions, MakeDpor},
    {"fifo", kNoOptions, MakePlain<FifoScheduler>},
    {"pct", kPctOptions, MakePct},
    {"portfolio", kPortfolioOptions, MakePortfolio},
    {"pos", kNoOptions, MakePlain<PosScheduler>},
    {"random", kNoOptions, MakePlain<RandomScheduler>},
    {"surw", kNoOptions, MakePlain<SurwScheduler>},
    {"urw", kNoOptions, MakePlain<UrwScheduler>},
};

Made OpenBytes(absl::string_view path) {
  if (path.empty()) {
    return absl::InvalidArgumentError(
        "a file is missing: \"bytes:FILE\" takes its choices from FILE");
  }
  std::vector<uint8_t> bytes;
  std::FILE* file = std::fopen(std::string(path).c_str(), "rb");
  int error = file == nullptr ? errno : 0;
  while (error == 0) {
    uint8_t block[4096];
    const size_t read = std::fread(block, 1, sizeof(block), file);
    if (read < sizeof(block) && std::ferror(file) != 0) error = errno;
    bytes.insert(bytes.end(), block, block + read);
    if (read < sizeof(block)) break;
  }
  if (file != nullptr) std::fclose(file);
  if (error != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot read the file \"", path, "\": ", std::strerror(error)));
  }
  return std::make_unique<BytesScheduler>(bytes, absl::StrCat("bytes:", path));
}

// Made on first use, since policies are registered before `main`; never
// destroyed, since it may be asked after it.
std::map<absl::string_view, SchedulerFactory>& Registered() {
  static auto* const registered =
      new std::map<absl::string_view, SchedulerFactory>{{"bytes", OpenBytes}};
  return *registered;
}

const Entry* FindEntry(absl::string_view name) {
  for (const Entry& entry : kEntries) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

Made Make(absl::string_view name, std::optional<absl::string_view> argument) {
  if (const Entry* entry = FindEntry(name)) {
    absl::StatusOr<SchedulerOptions> options =
        SchedulerOptions::Parse(argument, entry->options);
    if (!options.ok()) return options.status();
    return entry->make(*options);
  }
  const auto registered = Registered().find(name);
  if (registered != Registered().end()) {
    return registered->second(argument.value_or(""));
  }
  if (name == "replay") {
    return absl::InvalidArgumentError(
        "this program has no way to read traces; a test replays one with "
        "--orrery_replay=FILE");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no such policy; known: ",
                   absl::StrJoin(SchedulerNames(), ", ")));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scheduler>> MakeScheduler(absl::string_view spec,
                                                         Seed seed) {
  const size_t colon = spec.find(':');
  std::optional<absl::string_view> argument;
  if (colon != absl::string_view::npos) argument = spec.substr(colon + 1);
  Made made = Make(spec.substr(0, colon), argument);
  if (!made.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("scheduler \"", spec, "\": ", made.status().message()));
  }
  (*made)->BeginRun({.seed = seed});
  return made;
}

std::vector<std::string> SchedulerNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kEntries) names.emplace_back(entry.name);
  for (const auto& [name, factory] : Registered()) names.emplace_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

void RegisterScheduler(absl::string_view name, SchedulerFactory factory) {
  ORRERY_CHECK(
      FindEntry(name) == nullptr && Registered().emplace(name, factory).second,
      "RegisterScheduler() needs a name that no other policy has");
}

}  // namespace orrery
