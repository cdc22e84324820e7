// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink_passes.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace orrery {
namespace {

// How many smaller numbers are tried one by one, below the smallest that
// halving has found.
constexpr uint64_t kLinear = 8;

template <typename T>
std::vector<T> Without(std::vector<T> items, size_t first, size_t last) {
  const auto begin = items.begin();
  items.erase(begin + static_cast<ptrdiff_t>(first),
              begin + static_cast<ptrdiff_t>(last));
  return items;
}

// Returns where `wanted` stands among the draws of the best run, whatever its
// value; their number if it is not among them.
size_t FindDraw(const ShrinkTrials& trials, KeyedDraw wanted) {
  const std::vector<KeyedDraw>& draws = trials.best().deviations.draws;
  size_t i = 0;
  for (; i < draws.size(); ++i) {
    wanted.value = draws[i].value;
    if (draws[i] == wanted) break;
  }
  return i;
}

bool TryValue(ShrinkTrials& trials, const KeyedDraw& draw, uint64_t value) {
  Deviations smaller = trials.best().deviations;
  const size_t i = FindDraw(trials, draw);
  if (i == smaller.draws.size()) return false;
  smaller.draws[i].value = value;
  return trials.TryDeviations(smaller);
}

uint64_t ValueNow(const ShrinkTrials& trials, const KeyedDraw& draw) {
  const std::vector<KeyedDraw>& draws = trials.best().deviations.draws;
  const size_t i = FindDraw(trials, draw);
  return i == draws.size() ? 0 : draws[i].value;
}

std::vector<size_t> DrawsOfKind(const ShrinkTrials& trials, ChoiceKind kind) {
  std::vector<size_t> found;
  const std::vector<KeyedDraw>& draws = trials.best().deviations.draws;
  for (size_t i = 0; i < draws.size(); ++i) {
    if (draws[i].kind == kind) found.push_back(i);
  }
  return found;
}

// Returns the groups that have a draw, or one that is not 0, in the order of
// their numbers. A group within another one began later, so it is found near
// it.
enum class Having { kAnyDraw, kDrawThatIsNotZero };
std::vector<SpanId> SpansOf(const ShrinkTrials& trials, Having having) {
  std::vector<SpanId> spans;
  for (const RecordedDraw& draw : trials.best().record.draws) {
    const bool counts = having == Having::kAnyDraw || draw.drawn.value != 0;
    if (draw.span && counts) spans.push_back(draw.span);
  }
  std::sort(spans.begin(), spans.end());
  spans.erase(std::unique(spans.begin(), spans.end()), spans.end());
  return spans;
}

// Returns the draws that are not 0 of the best run, without those of the groups
// from `first` to `last`; later ones of the same entity, kind and label move
// up.
std::vector<KeyedDraw> WithoutSpans(const ShrinkTrials& trials, SpanId first,
                                    SpanId last) {
  std::vector<KeyedDraw> kept;
  std::vector<KeyedDraw> removed;
  for (const RecordedDraw& draw : trials.best().record.draws) {
    if (draw.span && draw.span >= first && draw.span <= last) {
      removed.push_back(draw.drawn);
      continue;
    }
    if (draw.drawn.value == 0) continue;
    kept.push_back(draw.drawn);
    for (const KeyedDraw& gone : removed) {
      if (gone.entity == draw.drawn.entity && gone.kind == draw.drawn.kind &&
          gone.site == draw.drawn.site) {
        --kept.back().ordinal;
      }
    }
  }
  return kept;
}

// Tries `draws` with `by` less in the one that says how many items there are.
bool TryFewer(ShrinkTrials& trials, std::vector<KeyedDraw> draws,
              const KeyedDraw& items, uint64_t by) {
  Deviations fewer = trials.best().deviations;
  fewer.draws = std::move(draws);
  for (KeyedDraw& draw : fewer.draws) {
    if (draw != items || draw.value < by) continue;
    draw.value -= by;
    return trials.TryDeviations(fewer);
  }
  return false;
}

}  // namespace

void RemoveItems(
    const std::function<size_t()>& size,
    const std::function<bool(size_t first, size_t last)>& without) {
  for (size_t piece = size(); piece > 0;) {
    bool removed = false;
    for (size_t end = size(); end > 0;) {
      const size_t begin = end > piece ? end - piece : 0;
      if (without(begin, end)) removed = true;
      end = std::min(begin, size());
    }
    if (piece > 1) {
      piece = std::min(piece / 2, std::max<size_t>(size(), 1));
    } else if (!removed) {
      return;
    }
    if (size() == 0) return;
  }
}

void DropTheEnd(ShrinkTrials& trials) {
  // Where each deviation and draw that is not the simplest stands.
  std::vector<size_t> places;
  const DetailedRun record = trials.best().record;
  const std::vector<ScheduledChoice>& choices = record.schedule.choices;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (choices[i].chosen != 0) places.push_back(i);
  }
  // The run needs those up to `enough`, as far as is known, and more than
  // `too_few` if it needs any.
  size_t enough = places.size();
  for (size_t too_few = 0; too_few < enough && !trials.over();) {
    const size_t kept = too_few + (enough - too_few) / 2;
    const size_t end = places[kept];
    Deviations shorter;
    shorter.ordered = record.schedule.ordered;
    for (const RecordedPick& pick : record.picks) {
      if (pick.choice < end && pick.deviates()) {
        shorter.order.push_back(pick.AsDeviation(pick.ran));
      }
    }
    for (const RecordedDraw& draw : record.draws) {
      if (draw.choice < end && draw.drawn.value != 0) {
        shorter.draws.push_back(draw.drawn);
      }
    }
    if (trials.TryDeviations(shorter)) {
      enough = kept;
    } else {
      too_few = kept + 1;
    }
  }
}

void DropDraws(ShrinkTrials& trials, ChoiceKind kind) {
  RemoveItems(
      [&] { return trials.over() ? 0 : DrawsOfKind(trials, kind).size(); },
      [&](size_t first, size_t last) {
        const std::vector<size_t> which = DrawsOfKind(trials, kind);
        Deviations fewer = trials.best().deviations;
        for (size_t i = last; i-- > first;) {
          fewer.draws = Without(std::move(fewer.draws), which[i], which[i] + 1);
        }
        return trials.TryDeviations(fewer);
      });
}

void DropSpans(ShrinkTrials& trials) {
  auto now = [&trials] { return SpansOf(trials, Having::kDrawThatIsNotZero); };
  RemoveItems([&] { return trials.over() ? 0 : now().size(); },
              [&](size_t first, size_t last) {
                const std::vector<SpanId> spans = now();
                Deviations fewer = trials.best().deviations;
                fewer.draws.clear();
                for (const RecordedDraw& draw : trials.best().record.draws) {
                  const bool dropped = draw.span && draw.span >= spans[first] &&
                                       draw.span <= spans[last - 1];
                  if (draw.drawn.value != 0 && !dropped) {
                    fewer.draws.push_back(draw.drawn);
                  }
                }
                return trials.TryDeviations(fewer);
              });
}

void DropItems(ShrinkTrials& trials) {
  for (size_t i = 0; !trials.over(); ++i) {
    const std::vector<size_t> which = DrawsOfKind(trials, ChoiceKind::kData);
    if (i >= which.size()) return;
    KeyedDraw items = trials.best().deviations.draws[which[i]];
    RemoveItems(
        [&] {
          return trials.over() || items.value == 0
                     ? 0
                     : SpansOf(trials, Having::kAnyDraw).size();
        },
        [&](size_t first, size_t last) {
          const std::vector<SpanId> spans = SpansOf(trials, Having::kAnyDraw);
          const std::vector<KeyedDraw> draws =
              WithoutSpans(trials, spans[first], spans[last - 1]);
          // Each group an item; or all of them one, which has groups in it.
          const bool fewer = TryFewer(trials, draws, items, last - first) ||
                             TryFewer(trials, draws, items, 1);
          items.value = ValueNow(trials, items);
          return fewer;
        });
  }
}

void LowerDraws(ShrinkTrials& trials, ChoiceKind kind) {
  for (size_t i = 0; !trials.over(); ++i) {
    const std::vector<size_t> which = DrawsOfKind(trials, kind);
    if (i >= which.size()) return;
    const KeyedDraw draw = trials.best().deviations.draws[which[i]];
    // 0 has been tried: it is what DropDraws does.
    uint64_t too_small = 0;
    while (true) {
      const uint64_t value = ValueNow(trials, draw);
      if (value <= too_small + 1 || trials.over()) break;
      const uint64_t half = too_small + (value - too_small) / 2;
      if (!TryValue(trials, draw, half)) too_small = half;
    }
    const uint64_t value = ValueNow(trials, draw);
    for (uint64_t by = 1; by <= kLinear && by < value; ++by) {
      TryValue(trials, draw, value - by);
    }
  }
}

void ReduceOrder(ShrinkTrials& trials) {
  bool smaller = true;
  while (smaller && !trials.over()) {
    smaller = trials.TryStraight(WhenNotYet::kLongestReady);
    smaller |= trials.TryStraight(WhenNotYet::kAsRecorded);
    const uint64_t before = trials.best().cost.deviations;
    RemoveItems(
        [&] {
          return trials.over() ? 0 : trials.best().deviations.order.size();
        },
        [&](size_t first, size_t last) {
          Deviations fewer = trials.best().deviations;
          fewer.order = Without(std::move(fewer.order), first, last);
          return trials.TryDeviations(fewer);
        });
    smaller |= trials.best().cost.deviations < before;
  }
}

void PolishList(ShrinkTrials& trials) {
  // From the back, so that what comes before an edit keeps its meaning.
  for (size_t i = trials.best().record.schedule.choices.size();
       i-- > 0 && !trials.over();) {
    const Schedule& now = trials.best().record.schedule;
    if (i >= now.choices.size() || now.choices[i].chosen == 0) continue;
    Schedule edited = now;
    edited.choices = Without(std::move(edited.choices), i, i + 1);
    if (trials.TryList(edited)) continue;
    edited = trials.best().record.schedule;
    const uint64_t chosen = edited.choices[i].chosen;
    edited.choices[i].chosen = 0;
    if (trials.TryList(edited)) continue;
    for (uint64_t lower = chosen / 2;; lower += (chosen - lower + 1) / 2) {
      if (lower >= chosen || lower == 0) break;
      edited.choices[i].chosen = lower;
      if (trials.TryList(edited)) break;
    }
  }
}

}  // namespace orrery
