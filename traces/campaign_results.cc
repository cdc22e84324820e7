// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/campaign_results.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "orrery/traces/campaign.pb.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

namespace pb = traces::v1;

// As a number that protobuf writes in the other direction: 89 O R C ...
constexpr uint64_t kMagic = 0x0a1a0a0d43524f89u;
// The tag of field 1, a fixed64, and the magic number.
constexpr absl::string_view kBeginning("\x09\x89ORC\r\n\x1a\n", 9);
constexpr uint32_t kVersion = 1;

pb::CampaignResults ToProto(const CampaignResults& results) {
  pb::CampaignResults file;
  file.set_magic(kMagic);
  file.set_version(kVersion);
  file.set_target(results.target);
  file.set_shard(results.shard);
  file.set_shards(results.shards);
  file.set_seed(results.seed.value);
  file.set_seeds(results.seeds);
  file.set_complete(results.complete);
  for (const TestRuns& campaign : results.tests) {
    pb::TestRuns& test = *file.add_test();
    test.set_test(campaign.test);
    test.set_scheduler(campaign.scheduler);
    test.set_runs(campaign.runs);
    test.set_failed(campaign.failed);
    test.set_steps(campaign.steps);
    test.mutable_traces()->set_shift(
        static_cast<uint32_t>(campaign.traces.shift()));
    for (const auto& [digest, times] : campaign.traces.kept()) {
      test.mutable_traces()->add_digest(digest);
      test.mutable_traces()->add_times(times);
    }
    for (const DistinctFailure& failure : campaign.failures) {
      pb::DistinctFailure& added = *test.add_failure();
      added.set_signature(failure.signature);
      added.set_message(failure.message);
      added.set_runs(failure.runs);
      added.set_seed(failure.seed.value);
      added.set_run(failure.run);
      added.set_trace(failure.trace);
    }
  }
  for (const PropertyResult& result : results.properties) {
    pb::PropertyResult& property = *file.add_property();
    property.set_kind(static_cast<uint32_t>(result.property.kind));
    property.set_name(result.property.name);
    property.set_file(result.property.file);
    property.set_line(result.property.line);
    property.set_evaluated(result.count.evaluated);
    property.set_held(result.count.held);
  }
  return file;
}

absl::Status Damaged(const std::string& name, absl::string_view why) {
  return absl::DataLossError(
      absl::StrCat(name, " is damaged or cut short: ", why));
}

absl::StatusOr<DigestSample> SampleFrom(const pb::DigestSample& proto,
                                        const std::string& name) {
  if (proto.digest_size() != proto.times_size() || proto.shift() > 63) {
    return Damaged(name, "its list of traces makes no sense");
  }
  DigestSample sample;
  sample.RaiseShift(static_cast<int>(proto.shift()));
  for (int i = 0; i < proto.digest_size(); ++i) {
    sample.Add(proto.digest(i), proto.times(i));
  }
  return sample;
}

absl::StatusOr<TestRuns> RunsFrom(const pb::TestRuns& proto,
                                  const std::string& name) {
  TestRuns campaign;
  campaign.test = proto.test();
  campaign.scheduler = proto.scheduler();
  campaign.runs = proto.runs();
  campaign.failed = proto.failed();
  campaign.steps = proto.steps();
  if (proto.failed() > proto.runs()) {
    return Damaged(name, "more runs have failed than there were");
  }
  absl::StatusOr<DigestSample> sample = SampleFrom(proto.traces(), name);
  if (!sample.ok()) return sample.status();
  campaign.traces = *std::move(sample);
  for (const pb::DistinctFailure& failure : proto.failure()) {
    campaign.failures.push_back({.signature = failure.signature(),
                                 .message = failure.message(),
                                 .runs = failure.runs(),
                                 .seed = Seed(failure.seed()),
                                 .run = failure.run(),
                                 .trace = failure.trace()});
  }
  return campaign;
}

absl::StatusOr<PropertyResult> PropertyFrom(const pb::PropertyResult& proto,
                                            const std::string& name) {
  if (proto.kind() > static_cast<uint32_t>(PropertyKind::kUnreachable) ||
      proto.held() > proto.evaluated()) {
    return Damaged(name, "a property in it makes no sense");
  }
  return PropertyResult{{static_cast<PropertyKind>(proto.kind()), proto.name(),
                         proto.file(), proto.line()},
                        {proto.evaluated(), proto.held()}};
}

}  // namespace

void TestRuns::AddFailure(const DistinctFailure& first) {
  for (DistinctFailure& known : failures) {
    if (known.signature != first.signature) continue;
    known.runs += first.runs;
    return;
  }
  failures.push_back(first);
}

TestRuns& CampaignResults::Find(const std::string& test,
                                const std::string& scheduler) {
  for (TestRuns& known : tests) {
    if (known.test == test && known.scheduler == scheduler) return known;
  }
  tests.emplace_back();
  tests.back().test = test;
  tests.back().scheduler = scheduler;
  return tests.back();
}

absl::Status WriteCampaignResults(const CampaignResults& results,
                                  const std::string& path) {
  const std::string half = absl::StrCat(path, ".part");
  absl::Status status =
      WriteTraceFile(half, ToProto(results).SerializeAsString());
  if (!status.ok()) return status;
  if (std::rename(half.c_str(), path.c_str()) != 0) {
    return SystemError("cannot make the file of results", path);
  }
  return absl::OkStatus();
}

absl::StatusOr<CampaignResults> ParseCampaignResults(absl::string_view bytes,
                                                     const std::string& name) {
  if (!absl::StartsWith(bytes, kBeginning)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is no file of results: they end in ",
                     kCampaignSuffix, ", and a swarm test writes them"));
  }
  pb::CampaignResults file;
  if (!file.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Damaged(name, "protobuf cannot parse it");
  }
  if (file.version() > kVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        name, " has version ", file.version(), " of the format; this program ",
        "knows versions up to ", kVersion));
  }
  if (file.shards() == 0 || file.shard() >= file.shards()) {
    return Damaged(name, absl::StrCat("it claims to be shard ", file.shard(),
                                      " of ", file.shards()));
  }
  CampaignResults results;
  results.target = file.target();
  results.shard = file.shard();
  results.shards = file.shards();
  results.seed = Seed(file.seed());
  results.seeds = file.seeds();
  results.complete = file.complete();
  for (const pb::TestRuns& test : file.test()) {
    absl::StatusOr<TestRuns> campaign = RunsFrom(test, name);
    if (!campaign.ok()) return campaign.status();
    results.tests.push_back(*std::move(campaign));
  }
  for (const pb::PropertyResult& property : file.property()) {
    absl::StatusOr<PropertyResult> result = PropertyFrom(property, name);
    if (!result.ok()) return result.status();
    results.properties.push_back(*std::move(result));
  }
  return results;
}

absl::StatusOr<CampaignResults> ReadCampaignResults(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError("cannot open the results", path);
  std::string bytes;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof(buffer));
    if (got == 0) break;
    if (got < 0) {
      if (errno == EINTR) continue;
      absl::Status status = SystemError("cannot read the results", path);
      ::close(fd);
      return status;
    }
    bytes.append(buffer, static_cast<size_t>(got));
    // Something else may be larger than memory.
    if (bytes.size() >= kBeginning.size() &&
        !absl::StartsWith(bytes, kBeginning)) {
      break;
    }
  }
  ::close(fd);
  return ParseCampaignResults(bytes, path);
}

}  // namespace orrery
