// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/buggify.h"

#include <cstdint>
#include <numeric>
#include <optional>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/run_draw.h"
#include "orrery/sim/faults/setting_values.h"
#include "orrery/sim/settings.h"

namespace orrery {
namespace {

struct Site {
  Fault* fault = nullptr;
  std::optional<bool> active;    // none: not decided yet
  std::optional<Chance> forced;  // so often, each time it is met
  bool fixed = false;            // `forced` is a setting
  size_t picked = 0;             // which extreme, from 1; 0: not yet
};

class BuggifySites final : public Attachment {
 public:
  BuggifySites()
      : simulation_(Simulation::Current("Buggify")),
        settings_(simulation_.settings()) {
    if (settings_ == nullptr) return;
    if (settings_->Find("buggify") == "on") fixed_ = true;
    if (settings_->Find("buggify") == "off") fixed_ = false;
  }

  void Enable(bool on) { enabled_ = on; }

  void Force(absl::string_view name, bool fires) {
    any_forced_ = true;
    Site& site = Get(name);
    if (!site.fixed) site.forced = fires ? Chance::Always() : Chance::Never();
  }

  // Returns the site if it is active; null if not.
  Site* FindActive(absl::string_view name, Chance active) {
    const bool enabled = fixed_.value_or(enabled_);
    // Most runs of most programs.
    if (!enabled && !any_forced_ && settings_ == nullptr) return nullptr;
    Site& site = Get(name);
    if (site.fault->off()) return nullptr;
    if (site.forced.has_value()) {
      return site.forced->never() ? nullptr : &site;
    }
    if (!enabled) return nullptr;
    if (!site.active.has_value()) site.active = Draw(name, active);
    return *site.active ? &site : nullptr;
  }

 private:
  Site& Get(absl::string_view name) {
    const auto found = sites_.find(name);
    if (found != sites_.end()) return found->second;
    ORRERY_CHECK(Settings::IsName(name),
                 absl::StrCat("Buggify(\"", name,
                              "\"): a site's name consists of letters, digits, "
                              "'_', '-' and dots"));
    Site& site = sites_[std::string(name)];
    const std::string full = absl::StrCat("buggify.", name);
    site.fault = &Faults::Current().Get(full);
    if (settings_ == nullptr) return site;
    const std::optional<absl::string_view> value = settings_->Find(full);
    if (!value.has_value()) return site;
    site.fixed = true;
    if (*value == "on" || *value == "off") {
      site.forced = *value == "on" ? Chance::Always() : Chance::Never();
      return site;
    }
    const absl::StatusOr<Chance> chance = ParseChance(*value);
    if (chance.ok()) {
      site.forced = *chance;
    } else {
      simulation_.Fail(absl::StrCat("the setting ", full, "=", *value,
                                    " is none of on, off and a chance"),
                       SourceSite());
    }
    return site;
  }

  // In lowest terms, for the sake of policies that try all there is.
  bool Draw(absl::string_view name, Chance chance) {
    if (chance.never() || chance.always()) return chance.always();
    const uint32_t divisor = std::gcd(chance.per_million(), Chance::kMillion);
    const uint32_t of = Chance::kMillion / divisor;
    const uint64_t drawn =
        DrawForRun(simulation_, of, absl::StrCat("buggify.", name, ": active"));
    return drawn >= of - chance.per_million() / divisor;
  }

  Simulation& simulation_;
  const Settings* settings_;
  std::optional<bool> fixed_;  // by a setting
  bool enabled_ = false;
  bool any_forced_ = false;
  absl::btree_map<std::string, Site> sites_;
};

BuggifySites& Sites() {
  return Simulation::Current("Buggify").Attached<BuggifySites>();
}

}  // namespace

namespace buggify_internal {

bool FiresSlow(Simulation& simulation, absl::string_view name,
               const BuggifyOptions& options) {
  if (simulation.closing()) return false;
  Site* const site =
      simulation.Attached<BuggifySites>().FindActive(name, options.active);
  if (site == nullptr) return false;
  if (!site->fault->Happens(site->forced.value_or(options.fires))) return false;
  site->fault->HadEffect();
  return true;
}

size_t PickSlow(Simulation& simulation, absl::string_view name, size_t n,
                Chance active) {
  if (n == 0 || simulation.closing()) return 0;
  Site* const site =
      simulation.Attached<BuggifySites>().FindActive(name, active);
  if (site == nullptr) return 0;
  if (site->picked == 0) {
    if (!site->fault->Reach()) return 0;
    site->picked = 1 + static_cast<size_t>(site->fault->Pick(n));
  }
  site->fault->HadEffect();
  return site->picked;
}

}  // namespace buggify_internal

void EnableBuggify(bool on) { Sites().Enable(on); }

void ForceBuggify(absl::string_view site, bool fires) {
  Sites().Force(site, fires);
}

}  // namespace orrery
