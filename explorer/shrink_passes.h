// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The passes of `Shrink` that take away from the best run so far. Each stops
// when the budget is used up.

#ifndef ORRERY_EXPLORER_SHRINK_PASSES_H_
#define ORRERY_EXPLORER_SHRINK_PASSES_H_

#include <cstddef>
#include <functional>

#include "orrery/base/choice.h"
#include "orrery/explorer/shrink_trials.h"

namespace orrery {

// Tries to take items out of a list, in large pieces first, then in smaller
// ones, from the back; at last one by one, until none can be taken out.
// `size` returns how many there are now; `without(first, last)` tries it
// without those and returns whether that was accepted, whereupon the list may
// be any other. Where n items stay and m go, O((n + m) log (n + m)) tries, and
// n for each time that taking one out has made another dispensable.
void RemoveItems(const std::function<size_t()>& size,
                 const std::function<bool(size_t first, size_t last)>& without);

// Goes on with the simplest choices from as early as it can.
void DropTheEnd(ShrinkTrials& trials);
// Draws zeros where it can, for draws of this kind.
void DropDraws(ShrinkTrials& trials, ChoiceKind kind);
// The same for all draws of a group at a time.
void DropSpans(ShrinkTrials& trials);
// Leaves out whole groups, and says in an earlier draw of the program's own
// data that there are so many fewer: items of work, where the number of items
// was drawn. What is drawn for the later ones moves up.
void DropItems(ShrinkTrials& trials);
// Draws smaller numbers, for draws of this kind.
void LowerDraws(ShrinkTrials& trials, ChoiceKind kind);
// Exchanges steps that commute, and takes out deviations.
void ReduceOrder(ShrinkTrials& trials);
// Edits the list of choices: leaves out entries, lowers them.
void PolishList(ShrinkTrials& trials);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SHRINK_PASSES_H_
