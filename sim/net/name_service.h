// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `NameService`: the addresses of names, as a resolver of DNS has them. The
// name of a machine is known without further ado.
//
//   NameService names(world, {.delay = LatencyLaw(absl::Milliseconds(2))});
//   names.Register("primary", {Network::HostOf(world.node("replica-1"))});
//
//   auto found = co_await names.Resolve("primary");
//   if (!found.ok()) co_return found.status();
//   Connect(found->front());
//
// It stands on no machine: partitions do not cut it off. What can go wrong with
// it is in `NameServiceOptions`. An asker keeps answers for their time to live
// by its machine's own clock, and forgets them when the machine goes down.

#ifndef ORRERY_SIM_NET_NAME_SERVICE_H_
#define ORRERY_SIM_NET_NAME_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/task.h"

namespace orrery {

// In which order the addresses of a name are given.
enum class AddressOrder : uint8_t {
  kAsRegistered,
  kRotated,  // each answer begins with the next one
  kDrawn,    // any order, which the scheduler chooses
};

struct NameServiceOptions {
  // How long an answer takes, by the simulation's clock.
  LatencyLaw delay = LatencyLaw(absl::Microseconds(200));
  // How long the asker waits for one, by its machine's clock; infinite: until
  // it is cancelled.
  absl::Duration timeout = absl::Seconds(5);
  // How long the asker's machine keeps an answer. Zero: it asks each time.
  absl::Duration time_to_live = absl::ZeroDuration();
  AddressOrder order = AddressOrder::kAsRegistered;
  // The answer is that there is none now (the fault net.dns_failure); it never
  // comes (net.dns_hang); it is that before the last change (net.dns_stale),
  // for names that were registered or unregistered.
  Chance failure = {};
  Chance hang = {};
  Chance stale = {};
};

struct NameServiceCounts {
  uint64_t asked = 0;   // what went to the service
  uint64_t cached = 0;  // what was answered from a machine's own memory
};

class NameService final : public NodeObserver {
 public:
  using Hosts = std::vector<HostAddress>;

  explicit NameService(World& world, NameServiceOptions options = {});
  NameService(const NameService&) = delete;
  NameService& operator=(const NameService&) = delete;
  ~NameService() override;

  // From now on `name` has these addresses and no others. A machine's name may
  // be given others, too.
  void Register(absl::string_view name, Hosts hosts);
  // From now on nobody knows `name`, be it a machine's. Returns whether
  // somebody did.
  bool Unregister(absl::string_view name);

  // Returns the addresses of `name`, at least one, as they were when this was
  // awaited. "10.0.0.1" is its own address, and the service is not asked.
  //
  // Errors:
  //   kNotFound          nobody knows the name
  //   kUnavailable       the service fails (net.dns_failure)
  //   kDeadlineExceeded  no answer within `NameServiceOptions::timeout`
  Task<absl::StatusOr<Hosts>> Resolve(std::string name);
  // The same for "name:port" or "10.0.0.1:port".
  //
  // Errors: those of `Resolve`, and
  //   kInvalidArgument  there is no colon with a port below 65536 behind it
  Task<absl::StatusOr<std::vector<Address>>> ResolveAddress(
      std::string name_and_port);
  // Returns the name of the machine at `host`; if there is none, the first of
  // the names, in alphabetical order, that have this address. It is not kept.
  //
  // Errors:
  //   kNotFound  nothing has this address
  //   kUnavailable, kDeadlineExceeded  as of `Resolve`
  Task<absl::StatusOr<std::string>> ReverseLookup(HostAddress host);

  // How it behaves from now on; what was asked goes on as it was.
  NameServiceOptions& options() { return options_; }
  const NameServiceCounts& counts() const { return counts_; }

  void OnDown(Node& node, NodeState why) override;

 private:
  using Answer = absl::StatusOr<Hosts>;

  // A name that is not, or not only, that of a machine.
  struct Entry {
    Hosts hosts;   // none: nobody knows it any more
    Hosts before;  // the last change; none: nobody knew it
    size_t next = 0;
  };
  struct Cached {
    Answer answer;
    SimTime until;  // by the steady clock of the machine
  };

  static Answer Unknown(absl::string_view name);
  Entry* FindEntry(absl::string_view name);
  // Returns the addresses of `name`, none if nobody knows it.
  Hosts HostsOf(absl::string_view name) const;
  void SetOrder(Entry* entry, Hosts& hosts);
  void Change(absl::string_view name, Hosts hosts);
  // Waits for an answer of the service about `what`.
  Task<absl::Status> Ask(std::string what);

  World& world_;
  NameServiceOptions options_;
  NameServiceCounts counts_;
  Fault& failure_;
  Fault& hang_;
  Fault& stale_;
  absl::btree_map<std::string, Entry> entries_;
  // What each machine remembers; 0 stands for the test.
  absl::btree_map<NodeId, absl::btree_map<std::string, Cached>> caches_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_NAME_SERVICE_H_
