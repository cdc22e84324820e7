// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/campaign_merge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "orrery/traces/campaign.pb.h"
#include "orrery/traces/digest_sample.h"
#include "orrery/traces/message_json.h"

namespace orrery {
namespace {

// Returns "3 runs", "1 run".
std::string Counted(uint64_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

// Returns "0.0123 %" for 123,000 billionths.
std::string Percent(uint64_t billionths) {
  return absl::StrFormat("%.4g %%", static_cast<double>(billionths) / 1e7);
}

std::string TargetOf(const std::string& target) {
  return target.empty() ? "(no target)" : target;
}

// A failure of whichever file comes first would depend on the order of the
// files; the one of the earliest run, and of the smallest seed, does not.
bool IsBefore(const DistinctFailure& a, const DistinctFailure& b) {
  return std::tie(a.run, a.seed.value, a.trace) <
         std::tie(b.run, b.seed.value, b.trace);
}

void MergeFailure(const DistinctFailure& added, TestRuns& into) {
  for (DistinctFailure& known : into.failures) {
    if (known.signature != added.signature) continue;
    const uint64_t runs = known.runs + added.runs;
    if (IsBefore(added, known)) known = added;
    known.runs = runs;
    return;
  }
  into.failures.push_back(added);
}

std::vector<DistinctFailure> BySignature(const TestRuns& campaign) {
  std::vector<DistinctFailure> failures = campaign.failures;
  std::sort(failures.begin(), failures.end(),
            [](const DistinctFailure& a, const DistinctFailure& b) {
              return a.signature < b.signature;
            });
  return failures;
}

bool IsMissed(const PropertyResult& result) {
  return MustHappen(result.property.kind) && result.count.held == 0;
}

}  // namespace

absl::Status CampaignMerge::Add(const CampaignResults& results,
                                const std::string& name) {
  const CampaignKey key(results.target, results.seed.value, results.shards);
  const auto known = parts_.find(key);
  if (known != parts_.end()) {
    const auto before = known->second.find(results.shard);
    if (before != known->second.end()) {
      return absl::AlreadyExistsError(absl::StrCat(
          name, " and ", before->second, " are both shard ", results.shard,
          " of ", results.shards, " of ", TargetOf(results.target), ", seed ",
          results.seed.value, ": name one of them"));
    }
  }
  for (const PropertyResult& added : results.properties) {
    const auto found = properties_.find(added.property.name);
    if (found == properties_.end()) continue;
    const Property& other = found->second.property;
    if (other.kind == added.property.kind) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": the property \"", added.property.name, "\" is ",
        PropertyKindName(added.property.kind), " at ", PlaceOf(added.property),
        ", but ", PropertyKindName(other.kind), " at ", PlaceOf(other),
        " in another file; a property is known by its name, so give them two"));
  }

  ++files_;
  parts_[key][results.shard] = name;
  if (!results.complete) incomplete_.insert(name);
  for (const TestRuns& campaign : results.tests) {
    const TestKey test(results.target, campaign.test, campaign.scheduler);
    TestRuns& sum = tests_[test];
    sum.test = campaign.test;
    sum.scheduler = campaign.scheduler;
    sum.runs += campaign.runs;
    sum.failed += campaign.failed;
    sum.steps += campaign.steps;
    sum.traces.Merge(campaign.traces);
    for (const DistinctFailure& failure : campaign.failures) {
      MergeFailure(failure, sum);
    }
  }
  for (const PropertyResult& added : results.properties) {
    const auto [at, is_new] = properties_.emplace(added.property.name, added);
    if (is_new) continue;
    PropertyResult& sum = at->second;
    sum.count.evaluated += added.count.evaluated;
    sum.count.held += added.count.held;
    if (std::tie(added.property.file, added.property.line) <
        std::tie(sum.property.file, sum.property.line)) {
      sum.property = added.property;
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> CampaignMerge::MissingParts() const {
  std::vector<std::string> missing;
  for (const auto& [key, shards] : parts_) {
    const auto& [target, seed, count] = key;
    for (uint32_t shard = 0; shard < count; ++shard) {
      if (shards.contains(shard)) continue;
      missing.push_back(absl::StrCat(TargetOf(target), ": shard ", shard,
                                     " of ", count, ", seed ", seed));
    }
  }
  for (const std::string& name : incomplete_) {
    missing.push_back(
        absl::StrCat(name, ": the process did not come to its end"));
  }
  return missing;
}

std::vector<const PropertyResult*> CampaignMerge::Missed() const {
  std::vector<const PropertyResult*> missed;
  for (const auto& [name, result] : properties_) {
    if (IsMissed(result)) missed.push_back(&result);
  }
  return missed;
}

bool CampaignMerge::ok() const {
  for (const auto& [key, campaign] : tests_) {
    if (campaign.failed > 0) return false;
  }
  return Missed().empty() && MissingParts().empty();
}

void CampaignMerge::AppendTests(std::string* text) const {
  for (const auto& [key, campaign] : tests_) {
    absl::StrAppend(text, "\n", TargetOf(std::get<0>(key)), " ", campaign.test,
                    ", policy ", campaign.scheduler, "\n");
    const DigestSample& traces = campaign.traces;
    const absl::string_view about = traces.exact() ? "" : "about ";
    absl::StrAppend(text, "  ", Counted(campaign.runs, "run"), ", ",
                    Counted(campaign.steps, "step"), ", ", about,
                    Counted(traces.Distinct(), "distinct trace"), ", ", about,
                    traces.SeenOnce(), " seen once\n");
    absl::StrAppend(
        text, "  chance that one more run shows a new trace: ",
        Percent(ResidualChanceBillionths(traces.SeenOnce(), campaign.runs)),
        "\n");
    if (campaign.failed == 0) {
      absl::StrAppend(text, "  no run failed\n");
      continue;
    }
    absl::StrAppend(text, "  ", Counted(campaign.failed, "run"), " failed, in ",
                    Counted(campaign.failures.size(), "way"), ":\n");
    for (const DistinctFailure& failure : BySignature(campaign)) {
      absl::StrAppend(text, "  * ", failure.signature, "\n    ",
                      Counted(failure.runs, "run"), "; the first: run ",
                      failure.run, ", seed ", failure.seed.value, "\n");
      for (absl::string_view line : absl::StrSplit(failure.message, '\n')) {
        if (!line.empty()) absl::StrAppend(text, "    ", line, "\n");
      }
      if (!failure.trace.empty()) {
        absl::StrAppend(text, "    trace: ", failure.trace, "\n");
      }
    }
  }
}

void CampaignMerge::AppendProperties(std::string* text) const {
  if (properties_.empty()) return;
  absl::StrAppend(text, "\nproperties, held of evaluated:\n");
  for (const auto& [name, result] : properties_) {
    absl::StrAppend(text, "  ", PropertyKindName(result.property.kind), " \"",
                    name, "\": ", result.count.held, " of ",
                    result.count.evaluated, "  ", PlaceOf(result.property),
                    IsMissed(result) ? "  NEVER HAPPENED" : "", "\n");
  }
}

std::string CampaignMerge::AsText() const {
  uint64_t runs = 0;
  uint64_t failed = 0;
  for (const auto& [key, campaign] : tests_) {
    runs += campaign.runs;
    failed += campaign.failed;
  }
  std::string text = absl::StrCat(
      Counted(files_, "file"), ", ", Counted(tests_.size(), "test"), ", ",
      Counted(runs, "run"), ", ", failed, " failed\n");
  AppendTests(&text);
  AppendProperties(&text);
  for (const PropertyResult* missed : Missed()) {
    absl::StrAppend(
        &text, "\nNEVER HAPPENED: ", PropertyKindName(missed->property.kind),
        " \"", missed->property.name, "\" at ", PlaceOf(missed->property),
        ", evaluated ", missed->count.evaluated, " times");
  }
  for (const std::string& missing : MissingParts()) {
    absl::StrAppend(&text, "\nMISSING: ", missing);
  }
  if (!Missed().empty() || !MissingParts().empty()) text += '\n';
  return text;
}

std::string CampaignMerge::AsJson() const {
  traces::v1::PrintedMerge merge;
  merge.set_ok(ok());
  merge.set_files(files_);
  for (const auto& [key, campaign] : tests_) {
    merge.set_runs(merge.runs() + campaign.runs);
    merge.set_failed(merge.failed() + campaign.failed);
    traces::v1::PrintedCampaign& test = *merge.add_test();
    test.set_target(Utf8(std::get<0>(key)));
    test.set_test(Utf8(campaign.test));
    test.set_scheduler(Utf8(campaign.scheduler));
    test.set_runs(campaign.runs);
    test.set_failed(campaign.failed);
    test.set_steps(campaign.steps);
    test.set_distinct_traces(campaign.traces.Distinct());
    test.set_seen_once(campaign.traces.SeenOnce());
    test.set_exact(campaign.traces.exact());
    test.set_residual_chance_billionths(
        ResidualChanceBillionths(campaign.traces.SeenOnce(), campaign.runs));
    for (const DistinctFailure& failure : BySignature(campaign)) {
      traces::v1::PrintedDistinctFailure& added = *test.add_failure();
      added.set_signature(Utf8(failure.signature));
      added.set_message(Utf8(failure.message));
      added.set_runs(failure.runs);
      added.set_seed(absl::StrCat(failure.seed.value));
      added.set_run(failure.run);
      added.set_trace(Utf8(failure.trace));
    }
  }
  for (const auto& [name, result] : properties_) {
    traces::v1::PrintedProperty& property = *merge.add_property();
    property.set_kind(std::string(PropertyKindName(result.property.kind)));
    property.set_name(Utf8(name));
    property.set_place(Utf8(PlaceOf(result.property)));
    property.set_evaluated(result.count.evaluated);
    property.set_held(result.count.held);
    property.set_missed(IsMissed(result));
  }
  for (const std::string& missing : MissingParts()) {
    merge.add_missing(Utf8(missing));
  }
  return MessageAsJson(merge);
}

}  // namespace orrery
