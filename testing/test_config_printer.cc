// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Prints its test configuration; run by test_config_test.

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/testing/repeat_commands.h"
#include "orrery/testing/test_config.h"
#include "orrery/traces/stop_point.h"

int main() {
  const absl::StatusOr<orrery::TestConfig>& config = orrery::GetTestConfig();
  std::string text;
  if (!config.ok()) {
    text = absl::StrCat("error: ", config.status().message());
  } else {
    absl::StrAppend(
        &text, "seed ", config->seed.value, "\nruns ",
        config->runs.has_value() ? absl::StrCat(*config->runs) : "",
        "\nscheduler ", config->scheduler.value, " from ",
        config->scheduler.source, "\nreplay ", config->replay.value, " from ",
        config->replay.source, "\nreplay_mode ",
        config->replay_mode.has_value()
            ? absl::StrCat(static_cast<int>(config->replay_mode->kind), " ",
                           config->replay_mode->prefix)
            : "",
        "\ntrace_dir ", config->trace_dir, "\ntrace_level ",
        static_cast<int>(config->trace_level), "\ntrace_max_bytes ",
        config->trace_max_bytes, "\nreport ", config->report ? "on" : "off",
        "\nisolate ",
        config->isolate.has_value() ? (*config->isolate ? "yes" : "no") : "",
        "\nkeep_going ", config->keep_going.value_or(0), "\ntime_budget ",
        absl::FormatDuration(
            config->time_budget.value_or(absl::ZeroDuration())),
        "\nstep_budget ", config->step_budget.value_or(0), "\nstats ",
        config->stats ? "yes" : "no", "\nresume ", config->resume.value,
        " from ", config->resume.source, "\nswarm_seeds ",
        config->swarm_seeds.value_or(0), "\nlist_properties ",
        config->list_properties ? "yes" : "no", "\nset ",
        config->settings.ToString(), " from ", config->set.source, "\nshrink ",
        config->shrink.has_value() ? absl::StrCat(*config->shrink) : "");
  }
  if (config.ok()) {
    absl::StrAppend(&text, "\nbreak");
    for (const orrery::StopPoint& point : config->stops.points) {
      absl::StrAppend(&text, " ", point.text);
    }
    const auto& from = config->stops.verbose_from;
    absl::StrAppend(&text, "\nverbose_from ", from ? from->text : "");
  }
  for (const std::string& word : orrery::OtherArguments()) {
    absl::StrAppend(&text, "\nother ", word);
  }
  absl::StrAppend(
      &text, "\nrerun ",
      orrery::RerunCommand("A.B", orrery::Seed(7), std::nullopt, ""),
      "\nrerun with scheduler ",
      orrery::RerunCommand("A.DISABLED_B/0", orrery::Seed(7), "pct:depth=3",
                           config.ok() ? config->settings.ToString() : ""));
  const char* given = std::getenv("PRINTER_TRACE");
  for (const char* path : {"/out/A.B.7.orrery", "/tmp/it's here.orrery",
                           given != nullptr ? given : "/none"}) {
    absl::StrAppend(&text, "\nreplay command ",
                    orrery::ReplayCommand("A.B", path), "\nlasting path ",
                    orrery::LastingPath(path));
  }
  std::puts(text.c_str());
  return 0;
}
