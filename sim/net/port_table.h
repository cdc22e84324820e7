// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PortTable`: who has which ports of a machine.

#ifndef ORRERY_SIM_NET_PORT_TABLE_H_
#define ORRERY_SIM_NET_PORT_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace orrery {

// Maps ports to owners, which it does not own. Most machines have few ports in
// use, and hear at the same one again and again.
template <typename Owner>
class PortTable {
 public:
  // Where the ports begin that are for whoever does not care.
  static constexpr uint32_t kFirstFree = 49'152;

  // Returns who has `port`; null if nobody has.
  Owner* Find(uint16_t port) const {
    if (latest_ < ports_.size() && ports_[latest_].port == port) [[likely]]
      return ports_[latest_].owner;
    const size_t at = At(port);
    if (at == ports_.size() || ports_[at].port != port) return nullptr;
    latest_ = at;
    return ports_[at].owner;
  }
  // `port` must be free.
  void Add(uint16_t port, Owner* owner) {
    ports_.insert(ports_.begin() + static_cast<std::ptrdiff_t>(At(port)),
                  {port, owner});
  }
  // Does nothing if nobody has `port`.
  void Remove(uint16_t port) {
    const size_t at = At(port);
    if (at == ports_.size() || ports_[at].port != port) return;
    ports_.erase(ports_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  // Returns a free port, looking on from where the last search has ended; 0 if
  // none is free.
  uint16_t FindFree() {
    constexpr uint32_t kCount = 65'536 - kFirstFree;
    for (uint32_t tried = 0; tried < kCount; ++tried) {
      const auto port = static_cast<uint16_t>(kFirstFree + next_);
      next_ = (next_ + 1) % kCount;
      if (Find(port) == nullptr) return port;
    }
    return 0;
  }
  // Calls `f` for each owner, in the order of ports, and forgets them all.
  template <typename F>
  void Clear(F f) {
    std::vector<Port> ports;
    ports.swap(ports_);
    for (const Port& port : ports) f(port.owner);
  }

 private:
  struct Port {
    uint16_t port;
    Owner* owner;
  };

  size_t At(uint16_t port) const {
    return static_cast<size_t>(
        std::lower_bound(
            ports_.begin(), ports_.end(), port,
            [](const Port& p, uint16_t number) { return p.port < number; }) -
        ports_.begin());
  }

  std::vector<Port> ports_;  // sorted
  mutable size_t latest_ = 0;
  uint32_t next_ = 0;  // to be looked at, from `kFirstFree` on
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_PORT_TABLE_H_
