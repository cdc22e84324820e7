// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/check.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

CheckFailureHook hook = nullptr;

}  // namespace

void FailCheck(absl::string_view condition, absl::string_view message,
               SourceSite site) {
  const std::string text =
      absl::StrCat("orrery: ", message, "\n  at ", FormatSite(site),
                   ": check failed: ", condition, "\n");
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
  if (CheckFailureHook call = hook; call != nullptr) {
    hook = nullptr;
    call(text);
  }
  std::abort();
}

void SetCheckFailureHook(CheckFailureHook new_hook) { hook = new_hook; }

}  // namespace orrery
