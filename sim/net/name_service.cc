// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/name_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/future.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/post.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"

namespace orrery {

NameService::NameService(World& world, NameServiceOptions options)
    : world_(world),
      options_(std::move(options)),
      failure_(Faults::Current().Get("net.dns_failure")),
      hang_(Faults::Current().Get("net.dns_hang")),
      stale_(Faults::Current().Get("net.dns_stale")) {
  world_.AddObserver(this);
}

NameService::~NameService() { world_.RemoveObserver(this); }

void NameService::OnDown(Node& node, NodeState) { caches_.erase(node.id()); }

// ---- What is known ----------------------------------------------------------

NameService::Answer NameService::Unknown(absl::string_view name) {
  return absl::NotFoundError(absl::StrCat("nobody knows the name ", name));
}

NameService::Entry* NameService::FindEntry(absl::string_view name) {
  const auto found = entries_.find(name);
  return found != entries_.end() ? &found->second : nullptr;
}

NameService::Hosts NameService::HostsOf(absl::string_view name) const {
  if (const auto found = entries_.find(name); found != entries_.end()) {
    return found->second.hosts;
  }
  const Node* node = world_.FindNode(name);
  return node != nullptr ? Hosts{Network::HostOf(*node)} : Hosts();
}

void NameService::Change(absl::string_view name, Hosts hosts) {
  Hosts before = HostsOf(name);
  entries_.insert_or_assign(std::string(name),
                            Entry{std::move(hosts), std::move(before), 0});
}

void NameService::Register(absl::string_view name, Hosts hosts) {
  ORRERY_CHECK(!hosts.empty(), absl::StrCat("the name ", name,
                                            " was registered without an "
                                            "address; see Unregister"));
  Change(name, std::move(hosts));
}

bool NameService::Unregister(absl::string_view name) {
  if (HostsOf(name).empty()) return false;
  Change(name, {});
  return true;
}

void NameService::SetOrder(Entry* entry, Hosts& hosts) {
  if (hosts.size() < 2) return;
  switch (options_.order) {
    case AddressOrder::kAsRegistered:
      break;
    case AddressOrder::kRotated:
      std::rotate(
          hosts.begin(),
          hosts.begin() + static_cast<ptrdiff_t>(entry->next++ % hosts.size()),
          hosts.end());
      break;
    case AddressOrder::kDrawn:
      Random("order of addresses").Shuffle(absl::MakeSpan(hosts));
      break;
  }
}

// ---- Answers ----------------------------------------------------------------

Task<absl::Status> NameService::Ask(std::string what) {
  Simulation& simulation = Simulation::Current("NameService");
  ++counts_.asked;
  const bool hangs = hang_.Happens(options_.hang);
  const bool fails = !hangs && failure_.Happens(options_.failure);
  Promise<> answered("an answer about a name");
  if (hangs) {
    hang_.HadEffect();
  } else {
    const int64_t delay = options_.delay.Draw(simulation, "name service");
    auto* arrival =
        new PostedCallback([answered]() mutable { (void)answered.TrySet(); });
    arrival->id = simulation.NewEntity();
    const PostHandle posted(arrival);
    // The way of an answer takes as long as it takes, by no machine's clock.
    simulation.nodes().RunOn(NodeId(), [&] {
      simulation.PostCallback(arrival, EntityKind::kTimer,
                              After(simulation.now(), delay), SourceSite());
    });
  }
  bool in_time = true;
  try {
    co_await WithTimeout(options_.timeout, answered.GetFuture());
  } catch (const TimeoutError&) {
    in_time = false;
  }
  if (!in_time) {
    co_return absl::DeadlineExceededError(
        absl::StrCat("the name service does not answer about ", what));
  }
  if (fails) {
    failure_.HadEffect();
    co_return absl::UnavailableError(
        absl::StrCat("the name service fails to answer about ", what));
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<NameService::Hosts>> NameService::Resolve(
    std::string name) {
  if (const absl::StatusOr<HostAddress> host = HostAddress::Parse(name);
      host.ok()) {
    co_return Hosts{*host};
  }
  Simulation& simulation = Simulation::Current("NameService");
  const NodeId asker = simulation.current_node();
  auto& cache = caches_[asker];
  if (const auto found = cache.find(name); found != cache.end()) {
    if (SteadyNow(simulation) < found->second.until) {
      ++counts_.cached;
      co_return found->second.answer;
    }
    cache.erase(found);
  }

  Entry* entry = FindEntry(name);
  const bool is_stale = entry != nullptr && entry->before != entry->hosts &&
                        stale_.Happens(options_.stale);
  Hosts hosts = is_stale ? entry->before : HostsOf(name);
  const Hosts unordered = hosts;
  SetOrder(entry, hosts);
  const absl::Duration time_to_live = options_.time_to_live;
  const absl::Status asked = co_await Ask(name);
  if (!asked.ok()) co_return asked;
  if (is_stale && unordered != HostsOf(name)) stale_.HadEffect();
  Answer answer = Unknown(name);
  if (!hosts.empty()) answer = std::move(hosts);
  if (time_to_live > absl::ZeroDuration()) {
    caches_[asker].insert_or_assign(
        name, Cached{answer, After(SteadyNow(simulation),
                                   ToNanoseconds(time_to_live))});
  }
  co_return answer;
}

Task<absl::StatusOr<std::vector<Address>>> NameService::ResolveAddress(
    std::string name_and_port) {
  const size_t colon = name_and_port.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(absl::string_view(name_and_port).substr(colon + 1),
                        &port) ||
      port > UINT16_MAX) {
    co_return absl::InvalidArgumentError(
        absl::StrCat("\"", name_and_port, "\" is not a name and a port"));
  }
  const absl::StatusOr<Hosts> hosts =
      co_await Resolve(name_and_port.substr(0, colon));
  if (!hosts.ok()) co_return hosts.status();
  std::vector<Address> addresses;
  for (const HostAddress host : *hosts) {
    addresses.push_back({host, static_cast<uint16_t>(port)});
  }
  co_return addresses;
}

Task<absl::StatusOr<std::string>> NameService::ReverseLookup(HostAddress host) {
  std::optional<std::string> name;
  for (const auto& node : world_.nodes()) {
    if (Network::HostOf(*node) == host) name = node->name();
  }
  for (const auto& [registered, entry] : entries_) {
    if (name.has_value()) break;
    if (std::find(entry.hosts.begin(), entry.hosts.end(), host) !=
        entry.hosts.end()) {
      name = registered;
    }
  }
  const absl::Status asked = co_await Ask(host.ToString());
  if (!asked.ok()) co_return asked;
  if (!name.has_value()) {
    co_return absl::NotFoundError(
        absl::StrCat(host.ToString(), " has no name"));
  }
  co_return *name;
}

}  // namespace orrery
