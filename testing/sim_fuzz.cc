// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/sim_fuzz.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/bytes_scheduler.h"
#include "orrery/sim/simulation_options.h"
#include "orrery/testing/failure_report.h"
#include "orrery/testing/fuzz_mutator.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/test_run.h"
#include "orrery/traces/trace_file.h"

namespace orrery {
namespace {

std::vector<FuzzTarget>& Targets() {
  static auto* const targets = new std::vector<FuzzTarget>;
  return *targets;
}

[[noreturn]] void Stop(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(2);
}

// Returns the target that ORRERY_FUZZ names, or the only one.
const FuzzTarget& ChosenTarget() {
  const std::vector<FuzzTarget>& targets = Targets();
  const char* name = std::getenv("ORRERY_FUZZ");
  std::string known;
  for (const FuzzTarget& target : targets) {
    absl::StrAppend(&known, known.empty() ? "" : ", ", target.name);
    if (name != nullptr && target.name == name) return target;
  }
  if (targets.empty()) Stop("this program has no SIM_FUZZ");
  if (name != nullptr && *name != '\0') {
    Stop(absl::StrCat("ORRERY_FUZZ=", name,
                      ": there is no such SIM_FUZZ; known: ", known));
  }
  if (targets.size() > 1) {
    Stop(absl::StrCat(
        "this program has more than one SIM_FUZZ, and a fuzzer works on one: "
        "ORRERY_FUZZ=NAME says which; known: ",
        known));
  }
  return targets.front();
}

// Returns the value of a variable of the environment; "" if there is none.
const char* Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string Folder() {
  for (const char* name : {"ORRERY_TRACE_DIR", "TEST_UNDECLARED_OUTPUTS_DIR"}) {
    if (*Variable(name) != '\0') return Variable(name);
  }
  return ".";
}

// The name of the fuzzer, as it was started; set by LLVMFuzzerInitialize.
std::string& Program() {
  static auto* const program = new std::string("FUZZER");
  return *program;
}

FuzzMutator& Mutator() {
  static auto* const mutator = new FuzzMutator;
  return *mutator;
}

// Returns what comes before a command that takes `file`, where Bazel keeps an
// archive of what a test leaves behind; `lasting` is where it is found then.
std::string UnpackCommand(const std::string& file, const std::string& lasting) {
  if (file == lasting) return "";
  const std::string folder = lasting.substr(0, lasting.rfind('/'));
  return absl::StrCat("unzip -oq ", folder, "/outputs.zip -d ", folder,
                      " 2>/dev/null; ");
}

std::string Commands(const FuzzTarget& target, const std::string& file) {
  const std::string lasting = LastingPath(file);
  const std::string unpack = UnpackCommand(file, lasting);
  std::string program = Program();
  // "//bank:transfer_fuzz"
  absl::string_view label = Variable("TEST_TARGET");
  if (absl::ConsumePrefix(&label, "//")) {
    program =
        absl::StrCat("bazel-bin/", absl::StrReplaceAll(label, {{":", "/"}}));
  }
  return absl::StrCat(
      "replay:  ", unpack, program, " ", lasting,
      "\n         or, with a trace and all that a test reports,\n         ",
      unpack, program, "_replay --gtest_filter=", target.name,
      " --orrery_scheduler=bytes:", lasting, "\n");
}

}  // namespace

bool RegisterFuzzTarget(FuzzTarget target) {
  Targets().push_back(std::move(target));
  return true;
}

FuzzedRun FuzzOnce(const FuzzTarget& target, absl::Span<const uint8_t> bytes,
                   const std::string& file) {
  const SimTestOptions options = target.options();
  const std::string spec = absl::StrCat("bytes:", file);
  BytesScheduler scheduler(bytes, spec);
  const TestRun run =
      RunOnce({.seed = Seed(1),
               .scheduler = &scheduler,
               .max_steps = options.max_steps,
               .max_steps_per_instant = options.max_steps_per_instant,
               .max_time = options.max_time,
               .slow_step = options.slow_step},
              target.make_body);
  FuzzedRun fuzzed;
  fuzzed.used = scheduler.used();
  if (!run.failed()) return fuzzed;
  FailureReportInput input;
  input.run = &run;
  input.scheduler = spec;
  fuzzed.report =
      absl::StrCat(target.name, " failed\n", FormatFailureReport(input));
  if (!absl::EndsWith(fuzzed.report, "\n")) fuzzed.report += '\n';
  fuzzed.report += Commands(target, file);
  return fuzzed;
}

}  // namespace orrery

// ---- What libFuzzer calls ---------------------------------------------------

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t max_size, unsigned seed);
// There is none in a program without libFuzzer, which calls nothing here
// either.
extern "C" __attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t* data,
                                                         size_t size,
                                                         size_t max_size);

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  // Bytes that kill the process are written by libFuzzer itself: under Bazel,
  // to where they are kept.
  static auto* const words = new std::vector<std::string>(*argv, *argv + *argc);
  bool has_prefix = false;
  for (const std::string& word : *words) {
    if (absl::StartsWith(word, "-artifact_prefix=")) has_prefix = true;
  }
  if (!has_prefix) {
    words->push_back(absl::StrCat("-artifact_prefix=", orrery::Folder(), "/"));
  }
  static auto* const pointers = new std::vector<char*>;
  for (std::string& word : *words) pointers->push_back(word.data());
  pointers->push_back(nullptr);
  *argc = static_cast<int>(words->size());
  *argv = pointers->data();
  orrery::Program() = words->front();
  const orrery::FuzzTarget& target = orrery::ChosenTarget();
  std::fprintf(stderr,
               "SIM_FUZZ %s; bytes that make it fail are kept in %s\n%s",
               target.name.c_str(), orrery::Folder().c_str(),
               orrery::Commands(target, "FILE").c_str());
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const orrery::FuzzTarget& target = orrery::ChosenTarget();
  const absl::Span<const uint8_t> bytes(data, size);
  const std::string file = absl::StrCat(
      orrery::Folder(), "/", target.name, ".",
      absl::Hex(orrery::DigestOfBytes(bytes), absl::kZeroPad16), ".bytes");
  const orrery::FuzzedRun run = orrery::FuzzOnce(target, bytes, file);
  orrery::Mutator().NoteRun(bytes, run.used);
  if (run.report.empty()) return 0;
  const absl::Status kept = orrery::WriteTraceFile(
      file, absl::string_view(reinterpret_cast<const char*>(data), size));
  std::fprintf(stderr, "\n%s", run.report.c_str());
  if (!kept.ok()) {
    std::fprintf(stderr, "the bytes were not kept: %s\n",
                 std::string(kept.message()).c_str());
  }
  std::abort();  // which is how libFuzzer is told
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size,
                                          size_t max_size, unsigned seed) {
  return orrery::Mutator().Mutate(data, size, max_size, seed,
                                  &LLVMFuzzerMutate);
}
