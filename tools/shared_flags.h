// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Flags of more than one verb. A flag of one verb alone stands in its file.

#ifndef ORRERY_TOOLS_SHARED_FLAGS_H_
#define ORRERY_TOOLS_SHARED_FLAGS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/flags/declare.h"

ABSL_DECLARE_FLAG(bool, json);
ABSL_DECLARE_FLAG(std::optional<uint64_t>, from);
ABSL_DECLARE_FLAG(std::optional<uint64_t>, to);
ABSL_DECLARE_FLAG(std::string, task);
ABSL_DECLARE_FLAG(std::string, kind);
ABSL_DECLARE_FLAG(std::optional<uint64_t>, context);
ABSL_DECLARE_FLAG(std::optional<uint64_t>, last);
ABSL_DECLARE_FLAG(std::string, output);

#endif  // ORRERY_TOOLS_SHARED_FLAGS_H_
