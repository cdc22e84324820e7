// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_program.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/base/property.h"
#include "orrery/explorer/signature.h"
#include "orrery/sim/simulation.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/run_stops.h"
#include "orrery/testing/test_config.h"
#include "orrery/testing/test_payload.pb.h"
#include "orrery/testing/test_run_codec.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

const testing::TestResult& ResultOfTest() {
  return *testing::UnitTest::GetInstance()->current_test_info()->result();
}

std::string SignatureOfRun(const TestRun& run) {
  std::vector<FailedAssertion> assertions;
  if (!run.failures.empty()) {
    const CapturedFailure& first = run.failures.front();
    assertions.push_back({first.file, first.line, first.message});
  }
  return SignatureOf(run.result, assertions);
}

std::string MessageOfRun(const TestRun& run) {
  if (!run.failures.empty()) {
    const CapturedFailure& first = run.failures.front();
    return absl::StrCat(first.file, ":", first.line, ": ", first.message);
  }
  if (run.result.failure.has_value()) return run.result.failure->message;
  return std::string(OutcomeName(run.result.outcome));
}

// Returns which run it is. The policy that will make the choices says so once
// it has begun; a run may begin twice, but for a search, which has one policy.
RunId Identify(const RunRequest& request) {
  RunId id = {
      .seed = request.seed, .index = request.index, .profile = request.profile};
  Scheduler& scheduler = *request.scheduler;
  if (scheduler.traits().searches) {
    id.policy = scheduler.Spec();
  } else {
    scheduler.BeginRun({.seed = request.seed,
                        .index = request.index,
                        .profile = request.profile});
    id.policy = scheduler.SpecOfRun();
  }
  return id;
}

}  // namespace

std::string EncodePayload(const RunPayload& from) {
  sim_test::v1::Payload to;
  if (from.run.has_value()) EncodeTestRun(*from.run, *to.mutable_run());
  for (const auto& [key, value] : from.properties) {
    sim_test::v1::Property& property = *to.add_properties();
    property.set_key(key);
    property.set_value(value);
  }
  for (const std::string& note : from.notes) to.add_notes(note);
  to.set_not_run(from.not_run);
  to.set_traced(from.traced);
  to.set_record(from.record);
  for (const FaultCounts& counts : from.faults) {
    sim_test::v1::Fault& fault = *to.add_faults();
    fault.set_name(counts.name);
    fault.set_armed(counts.armed);
    fault.set_reached(counts.reached);
    fault.set_effects(counts.effects);
  }
  for (const std::string& name : from.settings_asked) {
    to.add_settings_asked(name);
  }
  return to.SerializeAsString();
}

RunPayload DecodePayload(const std::string& from) {
  RunPayload to;
  if (from.empty()) return to;
  sim_test::v1::Payload payload;
  if (!payload.ParseFromString(from)) return to;
  if (payload.has_run()) to.run = DecodeTestRun(payload.run());
  for (const auto& property : payload.properties()) {
    to.properties.emplace_back(property.key(), property.value());
  }
  to.notes.assign(payload.notes().begin(), payload.notes().end());
  to.not_run = payload.not_run();
  to.traced = payload.traced();
  to.record = payload.record();
  for (const auto& fault : payload.faults()) {
    to.faults.push_back(
        {fault.name(), fault.armed(), fault.reached(), fault.effects()});
  }
  to.settings_asked.insert(payload.settings_asked().begin(),
                           payload.settings_asked().end());
  return to;
}

TestProgram::TestProgram(const CurrentTest& test, MakeSimTestBody make_body,
                         bool isolated)
    : test_(test), make_body_(make_body), isolated_(isolated) {
  if (isolated_) return;
  crash_.emplace(test_.full_name(), [this](Seed seed) {
    const std::string path = test_.TracePath(seed);
    return CrashReport::Texts{path, LastingPath(path), test_.Rerun(running_),
                              ReplayCommand(test_.full_name(), path)};
  });
}

CrashReport::Texts TestProgram::LastWords(Seed seed) const {
  return {test_.TracePath(seed), "", "", ""};
}

std::string TestProgram::CannotTrace(const absl::Status& status) {
  return absl::StrCat("trace:  not kept: ", status.message(),
                      "; ORRERY_TRACE_DIR says where traces go");
}

TestRun TestProgram::Execute(const RunRequest& request) const {
  const SimTestOptions& options = test_.options();
  return RunOnce({.seed = request.seed,
                  .run_index = request.index,
                  .profile = request.profile,
                  .scheduler = request.scheduler,
                  .trace = request.trace,
                  .settings = &test_.config().settings,
                  .max_steps = options.max_steps,
                  .max_steps_per_instant = options.max_steps_per_instant,
                  .max_time = options.max_time,
                  .slow_step = options.slow_step},
                 make_body_);
}

TestRun TestProgram::Recorded(const RunRequest& request, TraceSink* sink,
                              RunPayload& payload) {
  // The run that the policy learns from is not one of those asked for.
  const StopSettings& settings = test_.config().stops;
  std::optional<RunStops> stops;
  if (settings.any() && !request.profile) {
    sink = stops.emplace(settings, sink).sink();
  }
  RunRequest traced = request;
  traced.trace = sink;
  if (request.profile || is_recorded_ == nullptr ||
      !is_recorded_(request.seed)) {
    return Execute(traced);
  }
  recorder_.Begin(test_.HeaderFor(running_, TraceLevel::kEvents,
                                  request.scheduler->traits().orders),
                  sink);
  traced.trace = &recorder_;
  TestRun run = Execute(traced);
  payload.record = recorder_.Finish(FooterOf(run), run.result.tasks).ToBytes();
  return run;
}

TestRun TestProgram::Traced(const RunRequest& request, CrashReport& crash,
                            RunPayload& payload) {
  const TraceLevel level = test_.config().trace_level;
  if (level == TraceLevel::kOff) {
    crash.SetWriter(nullptr);
    return Recorded(request, nullptr, payload);
  }
  const std::string path = test_.TracePath(request.seed);
  const TraceHeader header =
      test_.HeaderFor(running_, level, request.scheduler->traits().orders);
  if (level == TraceLevel::kEvents) {
    const absl::Status status =
        writer_.BeginFile(path, header, test_.config().trace_max_bytes);
    if (!status.ok()) {
      payload.not_run = CannotTrace(status);
      return {};
    }
  } else {
    writer_.Begin(header);
  }
  crash.SetWriter(&writer_);
  TestRun run = Recorded(request, &writer_, payload);
  if (level == TraceLevel::kEvents) {
    const absl::Status status = writer_.Finish(FooterOf(run), run.result.tasks);
    payload.traced = true;
    if (!status.ok()) {
      payload.notes.push_back(
          absl::StrCat("trace:  incomplete: ", status.message()));
    }
  } else if (run.failed()) {
    // Kept before anything else is done, which might kill the process.
    absl::Status status = writer_.Finish(FooterOf(run), run.result.tasks);
    if (status.ok()) status = WriteTraceFile(path, writer_.bytes());
    payload.traced = status.ok();
    if (!status.ok()) payload.notes.push_back(CannotTrace(status));
  }
  if (payload.traced) {
    crash.SetSaved();
  } else {
    crash.SetWriter(nullptr);
  }
  return run;
}

RunReport TestProgram::Run(const RunRequest& request) {
  running_ = Identify(request);
  PropertyCoverage::Take();
  const int properties_before = ResultOfTest().test_property_count();
  RunPayload payload;
  TestRun run;
  if (request.trace != nullptr) {
    run = Execute(request);
  } else if (isolated_) {
    CrashReport crash(test_.full_name(),
                      [this](Seed seed) { return LastWords(seed); });
    run = Traced(request, crash, payload);
  } else {
    run = Traced(request, *crash_, payload);
  }

  RunReport report;
  report.coverage = PropertyCoverage::Take().Encode();
  report.outcome = run.result.outcome;
  report.failed = run.failed();
  report.elapsed = run.result.elapsed;
  report.steps = run.result.steps;
  report.choices = run.result.choices;
  report.digests = run.result.digests;
  if (!payload.not_run.empty()) {
    report.failed = true;
    report.signature = "not run";
    report.message = payload.not_run;
  } else if (report.failed) {
    report.signature = SignatureOfRun(run);
    report.message = MessageOfRun(run);
  }
  if (isolated_) {  // otherwise they are where they belong already
    const testing::TestResult& result = ResultOfTest();
    for (int i = properties_before; i < result.test_property_count(); ++i) {
      const testing::TestProperty& property = result.GetTestProperty(i);
      payload.properties.emplace_back(property.key(), property.value());
    }
  }
  payload.faults = std::move(run.faults);
  payload.settings_asked = std::move(run.settings_asked);
  if (report.failed || run.skip.has_value()) payload.run = std::move(run);
  if (payload.run.has_value() || !payload.properties.empty() ||
      !payload.notes.empty() || !payload.record.empty() ||
      !payload.faults.empty() || !payload.settings_asked.empty()) {
    report.payload = EncodePayload(payload);
  }
  return report;
}

}  // namespace orrery
