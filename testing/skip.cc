// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/skip.h"

#include <utility>

namespace orrery {
namespace {

thread_local std::optional<std::string> request;

}  // namespace

void RequestSkip(std::string reason) { request = std::move(reason); }

std::optional<std::string> TakeSkipRequest() {
  return std::exchange(request, std::nullopt);
}

}  // namespace orrery
