// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink_search.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "orrery/base/access.h"

namespace orrery {
namespace {

// Which deviations are tried.
enum class Tier {
  kRelevant,  // before an access, by somebody who touches the same thing
  kOther,
};

class BoundedSearch {
 public:
  BoundedSearch(ShrinkTrials& trials, uint64_t replays)
      : trials_(trials), last_replay_(trials.replays() + replays) {
    for (const RecordedStep& step : trials.best().record.steps) {
      std::vector<Access>& own = touched_[step.entity];
      own.insert(own.end(), step.accesses.begin(), step.accesses.end());
    }
  }

  // Returns whether something smaller was found.
  bool Run() {
    const size_t best = trials_.best().deviations.order.size();
    for (const Tier tier : {Tier::kRelevant, Tier::kOther}) {
      for (size_t kept = 0; kept + 2 <= best; ++kept) {
        if (ExtendSubsets(kept, tier)) return true;
      }
      if (best >= 3 && ExtendTwice(tier)) return true;
      if (Over()) return false;
    }
    return false;
  }

 private:
  bool Over() { return trials_.replays() >= last_replay_ || trials_.over(); }

  // Tries each `kept` of the deviations of the best run, and one more.
  bool ExtendSubsets(size_t kept, Tier tier) {
    const Deviations all = trials_.best().deviations;
    std::vector<size_t> which(kept);
    for (size_t i = 0; i < kept; ++i) which[i] = i;
    while (!Over()) {
      Deviations base = all;
      base.order.clear();
      for (const size_t i : which) base.order.push_back(all.order[i]);
      if (Extend(base, tier)) return true;
      // The next subset, in lexicographic order.
      size_t i = kept;
      while (i > 0 && which[i - 1] == all.order.size() - kept + i - 1) --i;
      if (i == 0) return false;
      ++which[i - 1];
      for (size_t j = i; j < kept; ++j) which[j] = which[j - 1] + 1;
    }
    return false;
  }

  // Tries all pairs. The second comes later in the run than the first.
  bool ExtendTwice(Tier tier) {
    Deviations base = trials_.best().deviations;
    base.order.clear();
    const DetailedRun simplest = RecordOf(base);
    for (const Extension& first : Extensions(simplest, tier, 0)) {
      if (Over()) return false;
      if (Extend(WithOneMore(base, simplest, first), tier,
                 /*later_only=*/true)) {
        return true;
      }
    }
    return false;
  }

  bool Extend(const Deviations& base, Tier tier, bool later_only = false) {
    const ShrinkCost before = trials_.best().cost;
    const DetailedRun record = RecordOf(base);
    if (trials_.best().cost < before) return true;
    size_t from = 0;
    if (later_only) {
      for (const RecordedPick& pick : record.picks) {
        if (pick.deviates()) from = pick.choice + 1;
      }
    }
    for (const Extension& more : Extensions(record, tier, from)) {
      if (trials_.TryDeviations(WithOneMore(base, record, more))) return true;
      if (Over()) return false;
    }
    return false;
  }

  // One more deviation.
  struct Extension {
    size_t pick = 0;  // at which choice of who runs next
    EntityId runs;
  };

  // Returns those that can be added to a run, from choice number `from` on.
  std::vector<Extension> Extensions(const DetailedRun& record, Tier tier,
                                    size_t from) const {
    std::vector<Extension> found;
    for (size_t at = 0; at < record.picks.size(); ++at) {
      const RecordedPick& pick = record.picks[at];
      if (pick.choice < from) continue;
      for (size_t i = 1; i < pick.candidates.size(); ++i) {
        const EntityId runs = pick.candidates[i];
        if (runs == pick.ran) continue;
        if (IsRelevant(pick, runs) != (tier == Tier::kRelevant)) continue;
        found.push_back({at, runs});
      }
    }
    return found;
  }

  // Returns `base` with one more, at its place in the run that `base` leads to.
  // A deviation of `base` that had no effect there is gone.
  static Deviations WithOneMore(const Deviations& base,
                                const DetailedRun& record,
                                const Extension& more) {
    Deviations result = base;
    result.order.clear();
    for (size_t at = 0; at < record.picks.size(); ++at) {
      const RecordedPick& pick = record.picks[at];
      if (at == more.pick) result.order.push_back(pick.AsDeviation(more.runs));
      if (pick.deviates()) result.order.push_back(pick.AsDeviation(pick.ran));
    }
    return result;
  }

  bool IsRelevant(const RecordedPick& pick, EntityId runs) const {
    const auto touched = touched_.find(runs);
    if (touched == touched_.end()) return false;
    for (const Access& access : touched->second) {
      if (Dependent(access, pick.next)) return true;
    }
    return false;
  }

  // Returns the run that `base` leads to.
  DetailedRun RecordOf(const Deviations& base) {
    return trials_.Look(base).record;
  }

  ShrinkTrials& trials_;
  const uint64_t last_replay_;
  // What each entity touches in the best run.
  absl::flat_hash_map<EntityId, std::vector<Access>> touched_;
};

}  // namespace

bool SearchBelow(ShrinkTrials& trials, uint64_t replays) {
  if (trials.best().deviations.order.size() < 2) return false;
  return BoundedSearch(trials, replays).Run();
}

}  // namespace orrery
