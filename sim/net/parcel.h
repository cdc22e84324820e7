// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Parcel`: what is on its way from one machine to another: a datagram, or a
// piece of a stream. `Links` carries it, and tells it how that ended: exactly
// one of `Arrive` and `GetLost` is called, unless the network is gone before.
//
//   class Ping final : public Parcel {
//    public:
//     Ping(MessageId id, Address from, Address to) : Parcel(id, from, to) {}
//     absl::string_view kind() const override { return "ping"; }
//     absl::string_view bytes() const override { return ""; }
//
//    private:
//     void Arrive(ParcelPtr) override { ++arrived; }
//     void GetLost(ParcelPtr, Loss) override { ++lost; }
//   };
//
//   links.Carry(MakeParcel<Ping>(id, from, to), a, b);

#ifndef ORRERY_SIM_NET_PARCEL_H_
#define ORRERY_SIM_NET_PARCEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/posted_callback.h"

namespace orrery {

class Links;
class Parcel;

// Why a parcel does not arrive.
enum class Loss : uint8_t {
  kCut,                 // the link is cut
  kDropped,             // somebody took it off its way: `Links::Drop`
  kAnotherIncarnation,  // the machine that it was sent to has gone down since
};

// Returns "cut", "dropped", "another incarnation".
absl::string_view LossText(Loss why);

struct ParcelRelease {
  void operator()(Parcel* parcel) const;
};
template <typename P>
using ParcelPtrOf = std::unique_ptr<P, ParcelRelease>;
using ParcelPtr = ParcelPtrOf<Parcel>;

// Makes a parcel. Its memory comes from a pool.
template <typename P, typename... Arguments>
ParcelPtrOf<P> MakeParcel(Arguments&&... arguments) {
  return ParcelPtrOf<P>(new P(std::forward<Arguments>(arguments)...));
}

// By which it hangs among those that are on their way.
struct ParcelHook {
  ParcelHook* next = nullptr;
  ParcelHook* prev = nullptr;
};

// It is the callback that the event loop runs when it is due, so that nothing
// else has to be allocated.
class Parcel : private PostedCallback, private ParcelHook {
 public:
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;

  using PostedCallback::operator new;
  using PostedCallback::operator delete;

  MessageId message() const { return message_; }
  Address from() const { return from_; }
  Address to() const { return to_; }
  // The machines that it is carried between, once it is on its way.
  NodeId from_node() const { return from_node_; }
  NodeId to_node() const { return to_node_; }
  // When it arrives, unless it is held; when it was due, once it has arrived.
  SimTime due() const { return due_; }
  bool held() const { return state_ == State::kHeld; }

  // What it is, for people: "datagram".
  virtual absl::string_view kind() const = 0;
  // What is in it.
  virtual absl::string_view bytes() const = 0;

 protected:
  // `message` tells it from all others that are on their way.
  Parcel(MessageId message, Address from, Address to)
      : PostedCallback(Function()), message_(message), from_(from), to_(to) {}
  ~Parcel() override = default;

 private:
  friend Links;
  friend ParcelRelease;

  using Function = void (*)(PostedCallback*);  // set by `Links`

  // kStopped: it was due, and waits for its way to be free again.
  enum class State : uint8_t { kMoving, kStopped, kHeld };

  // It has arrived, where the incarnation is up that it was sent to; or it is
  // lost. `self`, which is this, can be sent again, or just be dropped. Runs as
  // a step of no machine, or within the one that sent it, or cut the link.
  virtual void Arrive(ParcelPtr self) = 0;
  virtual void GetLost(ParcelPtr self, Loss why) = 0;

  Links* links_ = nullptr;
  MessageId message_;
  Address from_;
  Address to_;
  NodeId from_node_;
  NodeId to_node_;
  State state_ = State::kMoving;
  uint32_t incarnation_ = 0;  // of the receiver, when it was sent
  SimTime due_;
};

inline void ParcelRelease::operator()(Parcel* parcel) const { parcel->Unref(); }

// A parcel on its way, to be looked at. `bytes` are its own.
struct ParcelInFlight {
  MessageId id;
  absl::string_view kind;
  Address from;
  Address to;
  absl::string_view bytes;
  SimTime due;        // when it arrives
  bool held = false;  // it does not, until it is released
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_PARCEL_H_
