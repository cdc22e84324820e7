// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/shared_flags.h"

#include "absl/flags/flag.h"

ABSL_FLAG(bool, json, false, "print JSON");
ABSL_FLAG(std::optional<uint64_t>, from, std::nullopt,
          "the first event's number");
ABSL_FLAG(std::optional<uint64_t>, to, std::nullopt, "the last event's number");
ABSL_FLAG(std::string, task, "",
          "only events of this task, by name (client, client#7) or number");
ABSL_FLAG(std::string, kind, "", "only events of this kind");
ABSL_FLAG(std::optional<uint64_t>, context, std::nullopt,
          "how many events around it are shown");
ABSL_FLAG(std::optional<uint64_t>, last, std::nullopt,
          "only the last N of what is chosen");
ABSL_FLAG(std::string, output, "", "the file to write");
