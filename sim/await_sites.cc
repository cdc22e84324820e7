// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/await_sites.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/sim/promise.h"

namespace orrery {
namespace {

// Whether this is a frame of our own, of those that stand between the user's.
bool IsOurs(const SourceSite& site) {
  if (!absl::EndsWith(site.file_name(), ".h")) return false;
  const absl::string_view file = SiteFile(site);
  return file == "sim/spawn.h" || file == "sim/thread_pool.h" ||
         file == "sim/time_control.h" || file == "testing/co_actions.h" ||
         absl::StartsWith(file, "sim/combinators/");
}

}  // namespace

const SourceSite& AwaitSite(std::coroutine_handle<> innermost) {
  for (auto at = innermost; at; at = PromiseOf(at).continuation()) {
    if (!IsOurs(PromiseOf(at).site())) return PromiseOf(at).site();
  }
  return PromiseOf(innermost).site();
}

std::vector<std::string> AwaitSites(std::coroutine_handle<> innermost) {
  std::vector<std::string> sites;
  for (auto at = innermost; at; at = PromiseOf(at).continuation()) {
    const SourceSite& site = PromiseOf(at).site();
    // A frame that has not begun waits nowhere.
    if (site.line() == 0 || IsOurs(site)) continue;
    std::string text = FormatFrame(site);
    if (absl::EndsWith(text, "_SimTest::OrreryRun")) continue;
    sites.push_back(std::move(text));
  }
  return sites;
}

std::string FormatFrame(const SourceSite& site) {
  return absl::StrCat(FormatSite(site), " ", SiteFunction(site));
}

}  // namespace orrery
