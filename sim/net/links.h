// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Links`: the ways between the machines of a `World`, one from each to each,
// and what is on them. A link can be slow or narrow; it can be cut, clogged or
// held, in one direction or in both. Whoever uses a network sees these as part
// of it (network.h). Null stands for the test, which is on no machine.
//
//   network.link(&a, &b).latency = absl::Milliseconds(70);
//   network.Cut(&a, &b);      // one way: b still reaches a
//   network.ClogIn(&c, absl::Seconds(3));
//   network.Heal();

#ifndef ORRERY_SIM_NET_LINKS_H_
#define ORRERY_SIM_NET_LINKS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/net/link.h"
#include "orrery/sim/net/parcel.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/ring.h"
#include "orrery/sim/simulation.h"

namespace orrery {

struct LinkState {
  bool cut = false;
  bool held = false;
  bool clogged = false;  // by itself, or by what clogs either end
};

class Links {
 public:
  Links(World& world, NetworkOptions options);
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  // ---- How they behave ------------------------------------------------------

  // Returns how the link from `from` to `to` behaves, to be changed; from then
  // on it does not follow `all_links`.
  LinkOptions& link(const Node* from, const Node* to);
  // The same, to be looked at.
  const LinkOptions& options(const Node* from, const Node* to) const {
    return OptionsOf(IdOf(from), IdOf(to));
  }
  // Returns how each link behaves that has no options of its own.
  LinkOptions& all_links() { return options_.link; }
  const NetworkOptions& options() const { return options_; }

  // ---- Cuts: what is sent gets lost -----------------------------------------

  // Cuts the link from `from` to `to`, and not the other way. What is on its
  // way gets lost. `Mend` ends that.
  void Cut(const Node* from, const Node* to);
  void Mend(const Node* from, const Node* to);
  // Cuts every link between the two sides, in both directions; from `one` to
  // `other` only.
  void Partition(const std::vector<const Node*>& one,
                 const std::vector<const Node*>& other);
  void PartitionOneWay(const std::vector<const Node*>& one,
                       const std::vector<const Node*>& other);
  // Whatever is sent by `node`, or to it, gets lost.
  void BlackHole(const Node* node);

  // ---- Clogs: what is sent arrives later ------------------------------------

  // Nothing arrives over the link from `from` to `to` before `duration` has
  // passed; then all does, what is on its way already included. Of several
  // clogs the longest counts; one without end lasts until it is taken back.
  void Clog(const Node* from, const Node* to, absl::Duration duration);
  // The same in both directions; for all that is sent to `node`; by `node`.
  void ClogPair(const Node* one, const Node* other, absl::Duration duration);
  void ClogIn(const Node* node, absl::Duration duration);
  void ClogOut(const Node* node, absl::Duration duration);
  // Ends the clogs of a link; those of what is sent to `node`; by `node`. What
  // was due arrives.
  void Unclog(const Node* from, const Node* to);
  void UnclogIn(const Node* node);
  void UnclogOut(const Node* node);

  // ---- Holds: what is sent can be looked at ---------------------------------

  // Nothing arrives over the link until it is released.
  void Hold(const Node* from, const Node* to);
  void Release(const Node* from, const Node* to);

  // Ends all cuts, partitions, black holes, clogs and holds; those among
  // `nodes` only, and what clogs these. What was due arrives.
  void Heal();
  void HealAmong(const std::vector<const Node*>& nodes);

  // Returns what is wrong with a link now.
  LinkState StateOf(NodeId from, NodeId to) const;
  LinkState StateOf(const Node* from, const Node* to) const {
    return StateOf(IdOf(from), IdOf(to));
  }
  // Returns what is on its way, in the order in which it was sent.
  std::vector<ParcelInFlight> InFlight() const;
  // Loses one of those that are on their way. Returns whether it was there.
  bool Drop(MessageId id);

  // ---- For faults that are built on these -----------------------------------
  //
  // What comes of it counts as an effect of `fault`, which has been reached.
  // 0 is the test. `Mend`, `Unclog`, `Release` and `Heal` end it.

  void CutBy(Fault& fault, NodeId from, NodeId to);
  void HoldBy(Fault& fault, NodeId from, NodeId to);
  void ClogBy(Fault& fault, NodeId from, NodeId to,
              absl::Duration duration = absl::InfiniteDuration());
  void ClogInBy(Fault& fault, NodeId node,
                absl::Duration duration = absl::InfiniteDuration());
  void ClogOutBy(Fault& fault, NodeId node,
                 absl::Duration duration = absl::InfiniteDuration());

  // Ends the clogs of what is sent to `node`, or by it, if `fault` made them.
  void UnclogBy(Fault& fault, NodeId node);

  // ---- For what is built on links -------------------------------------------

  // Sends `parcel` from machine to machine, which must be there; 0 is the test.
  // It stands in line behind what was sent before, if the link has a bandwidth,
  // and then takes the latency of the link, or of the loopback, and `more`
  // nanoseconds. If the link is cut it is lost at once.
  void Carry(ParcelPtr parcel, NodeId from, NodeId to, int64_t more = 0);
  // The parts of which that consists. Whether what is sent now gets lost: if
  // so, that counts as an effect of whatever has cut the link.
  bool CutsOff(NodeId from, NodeId to) const {
    const Link* link = FindLink(from, to);
    if (link == nullptr || link->cut == nullptr) [[likely]]
      return false;
    link->cut->HadEffect();
    return true;
  }
  // Returns how long `bytes` bytes that are sent now take to get onto the link.
  int64_t StandInLine(NodeId from, NodeId to, size_t bytes) {
    const uint64_t bandwidth = OptionsOf(from, to).bandwidth;
    if (bandwidth == 0 || from == to) [[likely]]
      return 0;
    return StandInLine(LinkOf(from, to), bandwidth, bytes);
  }
  // Returns how long a way takes, from the end of the line on; part of which
  // may be drawn.
  int64_t DrawLatency(NodeId from, NodeId to) {
    if (from == to) return options_.loopback.Draw(simulation_, "loopback");
    return DrawLatency(OptionsOf(from, to), from, to);
  }
  // Has `parcel` arrive in `nanoseconds`.
  void Launch(ParcelPtr parcel, NodeId from, NodeId to, int64_t nanoseconds);

  // Returns how the link behaves.
  const LinkOptions& OptionsOf(NodeId from, NodeId to) const {
    const Link* link = FindLink(from, to);
    return link != nullptr && link->options.has_value() ? *link->options
                                                        : options_.link;
  }
  World& world() const { return world_; }

 protected:
  ~Links();

  // The same where the options are known, and it is not the loopback.
  int64_t DrawLatency(const LinkOptions& options, NodeId from, NodeId to) {
    const int64_t latency = options.latency.Draw(simulation_, "latency");
    if (options_.distance.most() == 0) [[likely]]
      return latency;
    return latency + DistanceOf(from, to);
  }
  // Tells that a machine has a new incarnation.
  void Booted(NodeId node, uint32_t incarnation) {
    HostAt(node).incarnation = incarnation;
  }

 private:
  // How long nothing arrives, and because of what.
  struct Jam {
    SimTime until;
    Fault* fault = nullptr;
  };
  static constexpr int64_t kUnknown = -1;
  // What is known of a link that is not like all others.
  struct Link {
    std::optional<LinkOptions> options;
    Fault* cut = nullptr;   // what has cut it
    Fault* held = nullptr;  // what holds what is on it
    Jam jam;
    SimTime free_at;              // when what was sent before has left
    int64_t distance = kUnknown;  // what a way takes more
  };
  struct Host {
    uint32_t incarnation = 0;
    Jam in;
    Jam out;
    std::vector<std::unique_ptr<Link>> to;  // by the other one's number
  };

  static NodeId IdOf(const Node* node) {
    return node != nullptr ? node->id() : NodeId();
  }
  uint32_t IncarnationOf(NodeId node) const {
    return node.value < hosts_.size() ? hosts_[node.value].incarnation : 0;
  }
  static Parcel* Of(ParcelHook* hook) { return static_cast<Parcel*>(hook); }
  Link* FindLink(NodeId from, NodeId to) const {
    if (from.value >= hosts_.size()) return nullptr;
    const auto& links = hosts_[from.value].to;
    return to.value < links.size() ? links[to.value].get() : nullptr;
  }
  Host& HostAt(NodeId node);
  Link& LinkOf(NodeId from, NodeId to);
  int64_t DistanceOf(NodeId one, NodeId other);
  int64_t StandInLine(Link& link, uint64_t bandwidth, size_t bytes);

  void MarkCut(Fault& fault, NodeId from, NodeId to);
  void LoseWhatIsCut();
  void Extend(Jam& jam, Fault& fault, absl::Duration duration);
  static void Free(Link& link);
  // Returns the longest clog on the way; without a fault if there is none.
  Jam JamOn(NodeId from, NodeId to) const;
  // The same, or that it is held: a clog without end.
  Jam ObstacleOn(NodeId from, NodeId to) const;
  void Stop(Parcel* parcel, const Jam& obstacle);
  // Lets those go on that were due, if nothing keeps them any more.
  void Restart();

  template <typename F>
  std::vector<Parcel*> FindInFlight(F which) const;
  void Schedule(Parcel* parcel, SimTime due);
  static void Cancel(Parcel* parcel);
  static void Run(PostedCallback* due);
  void Due(Parcel* parcel);
  ParcelPtr Take(Parcel* parcel);
  void Lose(Parcel* parcel, Loss why);

  Simulation& simulation_;
  World& world_;
  NetworkOptions options_;
  std::vector<Host> hosts_;  // by number
  bool disturbed_ = false;   // something is cut, clogged or held
  Ring<ParcelHook> in_flight_;
  Fault& cut_;
  Fault& partition_;
  Fault& black_hole_;
  Fault& clog_;
  Fault& hold_;
  Fault& bandwidth_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_LINKS_H_
