// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Buggify`: a place in the program that may do something which is allowed and
// rare: send half a batch, wait before an answer, give up early. Such places
// make bugs likely that would take a stroke of luck.
//
//   size_t count = batch.size();
//   if (Buggify("short_batch")) count = 1;
//
// Like FoundationDB's, each site has two chances: to be active in a run at all,
// and if it is, to fire each time that the program comes by. So runs differ in
// what goes wrong, and within one it goes wrong again and again.
//
// A site is known by its name: the same name in two places is one site, and no
// other site, nor the order in which they are first met, changes what it does.
// It is the fault "buggify.<name>" (fault.h), so it is counted, and can be
// masked and frozen.
//
// Nothing fires unless the run says so: `EnableBuggify`, a swarm whose family
// "buggify" is on (swarm.h), or a setting (sim/settings.h):
//
//   buggify=on              all sites, with their two chances
//   buggify=off             none, whatever the test says
//   buggify.short_batch=on  this one, each time
//   buggify.short_batch=5%  this one, so often
//   buggify.short_batch=off
//
// Outside of a simulation it is false, and costs a look at a thread-local
// variable.

#ifndef ORRERY_SIM_FAULTS_BUGGIFY_H_
#define ORRERY_SIM_FAULTS_BUGGIFY_H_

#include <cstddef>
#include <initializer_list>

#include "absl/strings/string_view.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/simulation.h"

namespace orrery {

struct BuggifyOptions {
  // That the site is active in this run; where several places have the same
  // name, the first one that is met says how likely that is.
  Chance active = Chance::Percent(25);
  // That it fires this time, if it is.
  Chance fires = Chance::Percent(25);
};

namespace buggify_internal {

bool FiresSlow(Simulation& simulation, absl::string_view site,
               const BuggifyOptions& options);
size_t PickSlow(Simulation& simulation, absl::string_view site, size_t n,
                Chance active);

}  // namespace buggify_internal

// Lets the sites of the running simulation fire, or keeps them from it. A
// setting goes before it.
void EnableBuggify(bool on = true);

// Has a site fire each time, or never, in the running simulation, whether or
// not others may. A setting goes before it.
void ForceBuggify(absl::string_view site, bool fires);

// Returns whether the program should do the rare thing now. `site` consists of
// letters, digits, '_', '-' and dots.
inline bool Buggify(absl::string_view site,
                    const BuggifyOptions& options = {}) {
  Simulation* const simulation = Simulation::CurrentOrNull();
  return simulation != nullptr &&
         buggify_internal::FiresSlow(*simulation, site, options);
}

// Returns `usual`, or in a run in which the site is active one of `extremes`,
// the same one throughout: for a limit, a size, a timeout.
//
//   const size_t limit = BuggifyValue<size_t>("batch_limit", 1000, {1, 2});
//
// buggify.batch_limit=on says that it is active.
template <typename T>
T BuggifyValue(absl::string_view site, T usual,
               std::initializer_list<T> extremes,
               Chance active = Chance::Percent(25)) {
  Simulation* const simulation = Simulation::CurrentOrNull();
  if (simulation == nullptr) return usual;
  const size_t picked =
      buggify_internal::PickSlow(*simulation, site, extremes.size(), active);
  return picked == 0 ? usual : *(extremes.begin() + (picked - 1));
}

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_BUGGIFY_H_
