// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Swarm`: each run draws for itself which families of faults there are, how
// likely they are, how large the world is, and what the program is asked to do.
// Runs in which everything goes wrong at once find less than one would think:
// one fault keeps another's bug from showing. So each family is off in half of
// the runs (Groce and others, "Swarm testing", 2012).
//
//   SIM_TEST(StoreTest, LosesNothing, {.runs = 1000}) {
//     Swarm swarm;
//     Network network(world, {.link = {
//         .loss = swarm.Rate("net.loss", Chance::PerMillion(100),
//                            Chance::Percent(10))}});
//     const uint64_t nodes = swarm.Number("topology.nodes", 3, 7);
//     OperationMix mix = swarm.Mix({"read", "write", "cas"});
//     ...
//   }
//
// What was drawn stands in the report of a run that fails, in one block that
// --orrery_set takes: with that, any of it can be fixed, and the rest is as it
// was. Draws are keyed by their names: one more shifts none of the others, and
// 0 is always the simplest, a family that is off for one.
//
// Some settings are about all families that nothing else is said of:
// "swarm=off" switches them off, "swarm=all" on.

#ifndef ORRERY_SIM_FAULTS_SWARM_H_
#define ORRERY_SIM_FAULTS_SWARM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/simulation.h"

namespace orrery {

class SwarmState;

// How often the program is to do what.
class OperationMix {
 public:
  // One weight for each operation. Their sum is above zero.
  explicit OperationMix(std::vector<uint32_t> weights);

  // Returns the number of the next operation, as random numbers are drawn
  // (`Random`). One without weight is never picked; where only one has any,
  // nothing is drawn.
  size_t Pick() const;

  const std::vector<uint32_t>& weights() const { return weights_; }

 private:
  std::vector<uint32_t> weights_;
  uint64_t sum_ = 0;
};

// All objects within one simulation are the same swarm. What is asked for again
// is what it was.
//
// Names are those of settings (`Settings::IsName`). A setting that fixes
// something and cannot be read fails the run.
class Swarm {
 public:
  // That of the simulation that this thread is in.
  Swarm();

  // Returns whether this family of faults is on: "net", "net.loss",
  // "buggify", or something of the program's own. If it is off, it is masked
  // (`Faults::Mask`). "buggify" that is on enables `Buggify`.
  // Settings: net.loss=on, net.loss=off.
  bool Family(absl::string_view name);

  // Returns how likely a fault is: never if its family is off, and else a
  // chance from `least`, above zero, to `most`, one order of magnitude as
  // likely as another.
  // Settings: as for the family; net.loss.rate=2.5%, which is also "on".
  Chance Rate(absl::string_view name, Chance least, Chance most);

  // Returns a number from `least` to `most`, both included, one as likely as
  // another.
  // Settings: topology.nodes=5, which may lie outside of them.
  uint64_t Number(absl::string_view name, uint64_t least, uint64_t most);

  // Returns a time from `least`, above zero, to `most`, one order of magnitude
  // as likely as another.
  // Settings: topology.latency=2.5ms.
  absl::Duration Time(absl::string_view name, absl::Duration least,
                      absl::Duration most);

  // Returns the number of one of `words`, of which there is at least one, and
  // the first is the simplest.
  // Settings: topology.law=uniform, one of the words.
  size_t OneOf(absl::string_view name, absl::Span<const char* const> words);

  // Returns weights for the operations of the program: each is off in half of
  // the runs, and else has a weight from 1 to 10. Where all would be off, the
  // first one is not.
  // Settings: mix.read=3, mix.read=0 or mix.read=off.
  OperationMix Mix(absl::Span<const char* const> operations,
                   absl::string_view name = "mix");

  // Returns what was drawn and what was fixed so far, in the form that settings
  // have: a list, in lines. It stands in `RunResult::notes`.
  std::string Block() const;

  // Returns what stands in `RunResult::notes`, for a run that does not get so
  // far as its process dies; "" if nothing was drawn.
  static std::string NotesOf(const Simulation& simulation);

 private:
  SwarmState* state_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_SWARM_H_
